/**
 * A hardening beside a real engine: what neighbours reach is closed and what was to go on goes on, as their packets show; then
 * it is taken back byte for byte, by whoever ends it.
 */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {images} from '../../lab/engine/images.ts';
import {waitUntil, type Running} from '../../lab/processes.ts';
import {auditOn} from '../helpers/audit-acts.ts';
import {goesOn} from '../helpers/audit-fault.ts';
import {engineStage} from '../helpers/engine-stage.ts';
import {hardenOn} from '../helpers/harden-acts.ts';
import {closed, closesForOthers, everyWay, open, startWeb} from '../helpers/harden-flow.ts';

const stage = engineStage();

test('iptables-nft, and docker-proxy over IPv6: closed for others, kept, undone byte for byte', () =>
	closesForOthers(stage(), hardenOn(stage()), ['table filter of iptables-nft', 'table filter of ip6tables-nft']));

test('what neighbours reach by a container\'s own address, past what is published: over IPv4, and over IPv6 where the engine writes no rules', async () => {
	const {lab, engine} = stage();
	const [harden, audit] = [hardenOn(stage()), auditOn(stage())];
	const {ipv4, ipv6} = lab.description.addresses.client;
	await engine.docker(['network', 'create', '--ipv6', '--subnet', 'fd00:5::/64', 'six']);
	await engine.docker(['run', '--detach', '--name', 'web', '--network', 'six', '--publish', '127.0.0.1:8080:8080', images.application]);
	await goesOn(stage());
	const addressOf = async (what: string): Promise<string> => (await engine.docker(['inspect', '--format', `{{.NetworkSettings.Networks.six.${what}}}`, 'web'])).stdout.trim();
	const [own4, own6] = [await addressOf('IPAddress'), await addressOf('GlobalIPv6Address')];
	await lab.exec('peer', ['ip', 'route', 'replace', `${own4}/32`, 'via', ipv4], {mustSucceed: true});
	await lab.exec('peer', ['ip', '-6', 'route', 'replace', 'fd00:5::/64', 'via', ipv6], {mustSucceed: true});
	const before = await harden.picture();
	expect([await audit.reaches(own4), await audit.reaches(own6), await audit.reaches()]).toEqual([true, true, false]);
	expect((await harden.plan()).changes.flatMap(({closes}) => closes.map(({id}) => id))).toEqual(['localhost-not-local', 'ipv6-unfiltered']);
	expect(await harden.order('--apply', '--confirm-within', 'off')).toMatchObject({exitCode: 0});
	expect([await audit.reaches(own4), await audit.reaches(own6)]).toEqual([false, false]);
	await goesOn(stage());
	expect((await harden.plan()).changes).toEqual([]);
	expect(await harden.order('--undo')).toMatchObject({exitCode: 0});
	expect(await harden.picture()).toBe(before);
	expect([await audit.reaches(own4), await audit.reaches(own6)]).toEqual([true, true]);
});

/** All ends, without packets: test/lab/harden.test.ts. */
const ends: readonly (readonly [what: string, within: string, end: (pid: number) => void, code: number | null])[] = [
	['nobody confirms', '30s', () => undefined, 4],
	['it is killed', '10m', pid => void process.kill(pid, 'SIGKILL'), null],
];

test.each(ends)('%s: taken back byte for byte', async (_, within, end, code) => {
	const harden = hardenOn(stage());
	await startWeb(stage());
	await goesOn(stage());
	const before = await harden.picture();
	const applied: Running = await harden.applied('--confirm-within', within);
	expect(await everyWay(stage())).toEqual(closed);
	end(applied.pid);
	expect(await applied.exited).toBe(code);
	expect(await waitUntil(async () => (await harden.picture()) === before)).toBe(true);
	expect(await everyWay(stage())).toEqual(open);
	expect(await harden.order('--confirm')).toMatchObject({exitCode: 1});
	expect(readFileSync(applied.log, 'utf8')).toMatch(/is taken back: this host lets in what it let in before/);
	expect(await harden.picture()).toBe(before);
	expect(() => readFileSync(join(harden.folder, 'harden.json'))).toThrow();
});
