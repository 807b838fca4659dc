/** What others hook in below our tables, against the proof and what the isp saw. Needs root. */
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {isConnected} from '../helpers/daemon.ts';
import {endScene, raiseScene, type Scene} from '../helpers/leak-scene.ts';

describe('what others hook in', () => {
	let scene: Scene;
	beforeAll(async () => {
		scene = await raiseScene({}, {environment: {VKS_DRILL_EVERY: 'off'}});
	});
	afterAll(() => endScene(scene));

	/** So that a second attempt begins where the first did. */
	const removed = (...line: readonly string[]): void => onTestFinished(async () => void (await scene.lab.exec('client', line)));
	const run = (...line: readonly string[]) => scene.lab.exec('client', line, {mustSucceed: true});

	test('a filter that mirrors the tunnel to the uplink is no longer PROVEN within two seconds, and is again when it is gone', async () => {
		const {tunnel, uplink} = scene.lab.description.interfaces;
		const start = await scene.witness.mark();
		removed('tc', 'qdisc', 'del', 'dev', tunnel, 'clsact');
		await run('tc', 'qdisc', 'add', 'dev', tunnel, 'clsact');
		await run('tc', ...`filter add dev ${tunnel} egress protocol all u32 match u32 0 0 action mirred egress mirror dev ${uplink}`.split(' '));
		const told = await scene.daemon.until('the mirror was seen', ({proof}) => proof.kind !== 'proven', 2000);
		expect(told.proof).toMatchObject({kind: 'drifted', detail: [expect.stringContaining(`with mirred on ${tunnel}, egress`)]});
		expect(told.layers.find(({name}) => name === 'egress')).toMatchObject({state: 'missing'});
		expect(told.problems.find(({code}) => code === 'foreign-hook')?.next).toContain(`tc filter del dev ${tunnel} egress`);
		// It is as bad as it is said to be.
		await expect.poll(async () => (await scene.witness.since(start)).outside.count, {timeout: 60_000}).toBeGreaterThan(0);
		await run('tc', 'filter', 'del', 'dev', tunnel, 'egress');
		const after = await scene.daemon.until('it was proven again', isConnected);
		expect(after.problems.filter(({code}) => code === 'foreign-hook')).toEqual([]);
		expect(scene.daemon.journal().filter(({kind, text}) => kind === 'tamper' && text.includes(`with mirred on ${tunnel}`)).map(({level}) => level)).toEqual(['warn', 'info']);
	});

	test('an nftables table that duplicates packets is told too; one that merely stands there is named and changes nothing', async () => {
		const {uplink} = scene.lab.description.interfaces;
		removed('sh', '-c', 'nft delete table netdev copies; nft delete table ip docker');
		await run('nft', 'add table ip docker { chain output { type nat hook output priority -100; ip daddr 127.0.0.12 dnat to 127.0.0.1; }; }');
		const named = await scene.daemon.until('the table was named', ({layers}) => layers.some(({detail}) => detail.includes('table ip docker')));
		expect(named.proof.kind).toBe('proven');
		await run('nft', `add table netdev copies { chain c { type filter hook ingress device ${uplink} priority 10; dup to lo; }; }`);
		await scene.daemon.until('the copies were told', ({proof}) => proof.kind === 'drifted' && proof.detail.some(text => text.includes(`table netdev copies on ${uplink} with dup`)), 2000);
		await run('nft', 'delete', 'table', 'netdev', 'copies');
		await run('nft', 'delete', 'table', 'ip', 'docker');
		await scene.daemon.until('it was proven again', isConnected);
	});
});
