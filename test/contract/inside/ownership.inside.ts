/** Ownership across processes, which the in-memory kernel cannot show. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {firewallKeeper} from '../../../src/controller/firewall-keeper.ts';
import {rulesetReader} from '../../../src/controller/read-back.ts';
import {compile} from '../../../src/policy/compile.ts';
import {configurations, nic} from '../../helpers/situations.ts';
import {problemOf, valueOf} from '../expect-result.ts';
import {withBench} from '../with-bench.ts';
import {nft, realBench, succeeds} from './real-bench.ts';

const bench = withBench(() => realBench('libnftables'));

async function holder() {
	const child = spawn(process.execPath, [fileURLToPath(new URL('holder.ts', import.meta.url))], {stdio: ['ignore', 'pipe', 'inherit']});
	const [said] = (await once(child.stdout, 'data')) as [Buffer];
	expect(said.toString()).toBe('held\n');
	return child;
}

test('a table held by another process is refused, naming that process', async () => {
	const child = await holder();
	const {firewall} = bench().kernel;
	expect(problemOf(await firewall.own('inet', 'vkst'))).toMatchObject({code: 'table-held', what: expect.stringContaining(`pid ${child.pid}`) as unknown});
	expect(valueOf(firewall.header('inet', 'vkst'))).toMatchObject({owner: 'other', persist: true});
	expect(problemOf(await firewall.run('flush chain inet vkst output\n')).code).toBe('table-held');
	expect(nft('flush ruleset\n')).toBe(true);
	expect(valueOf(firewall.header('inet', 'vkst')).kind).toBe('present');
	child.kill('SIGKILL');
	await once(child, 'exit');
});

test('a killed owner leaves the table and its rules, and we adopt them', async () => {
	const child = await holder();
	child.kill('SIGKILL');
	await once(child, 'exit');
	const {firewall} = bench().kernel;
	expect(valueOf(firewall.header('inet', 'vkst'))).toEqual({kind: 'present', owner: 'nobody', persist: true, dormant: false});
	expect(valueOf(await firewall.own('inet', 'vkst'))).toBe('owned');
	expect(JSON.stringify(valueOf(await firewall.list('inet', 'vkst')))).toContain('"policy":"drop"');
	valueOf(await firewall.run('flush chain inet vkst output\n'));
	expect(nft('delete table inet vkst\n')).toBe(false);
});

test('a child of ours inherits no netlink socket, hence no ownership', async () => {
	valueOf(await bench().kernel.firewall.own('inet', 'vkst'));
	expect(netlinkInodes().length).toBeGreaterThan(0);
	const list = spawn('ls', ['-l', '/proc/self/fd'], {stdio: ['ignore', 'pipe', 'ignore']});
	const [said] = (await once(list.stdout, 'data')) as [Buffer];
	const sockets = said.toString().match(/socket:\[\d+\]/g) ?? [];
	expect(sockets.filter(socket => netlinkInodes().includes(socket))).toEqual([]);
});

test('closing lets go of the table and leaves it standing', async () => {
	valueOf(await bench().kernel.firewall.own('inet', 'vkst'));
	bench().kernel.close();
	await expect.poll(() => succeeds('nft', ['add', 'chain', 'inet', 'vkst', 'after'])).toBe(true);
});

test('opening and closing many times leaves no descriptor behind', async () => {
	const before = netlinkInodes().length;
	for (let time = 0; time < 20; time++) {
		const other = await realBench('libnftables');
		const abort = new AbortController();
		await other.kernel.watch(() => undefined, {nflogGroup: 90, signal: abort.signal});
		abort.abort();
		abort.abort();
		other.close();
	}
	await expect.poll(() => netlinkInodes().length).toBe(before);
});

/** Our sockets that are netlink ones. */
function netlinkInodes(): readonly string[] {
	return readdirSync('/proc/self/fd')
		.map(fd => {
			try {
				return readlinkSync(`/proc/self/fd/${fd}`);
			} catch {
				return '';
			}
		})
		.filter(target => target.startsWith('socket:') && netlinkTable().has(target));
}

function netlinkTable(): ReadonlySet<string> {
	const rows = readFileSync('/proc/self/net/netlink', 'utf8').trim().split('\n').slice(1);
	return new Set(rows.map(row => `socket:[${row.trim().split(/\s+/).at(-1)}]`));
}

test('what was owned is replaced by a backend that owns nothing, behind the boot table', async () => {
	const ruleset = compile(configurations.minimal, {kind: 'blocked', tunnels: [], uplink: nic('eth0'), outside: [nic('eth0')]});
	bench().addLink('eth0');
	valueOf(await firewallKeeper(bench().kernel.firewall).enforce(ruleset));
	bench().kernel.close();
	const spawned = await realBench('nft');
	await expect.poll(() => spawned.kernel.firewall.header('inet', 'vks')).toMatchObject({value: {owner: 'nobody', persist: true}});
	valueOf(await firewallKeeper(spawned.kernel.firewall).enforce(ruleset));
	expect(valueOf(spawned.kernel.firewall.header('netdev', 'vks'))).toMatchObject({owner: 'nobody', persist: false});
	const {firewall, backstop} = valueOf(await rulesetReader(spawned.kernel.firewall).readBack(ruleset, {owned: false, outside: ruleset.backstop}));
	expect([firewall, backstop]).toEqual([[], []]);
	expect(valueOf(await spawned.kernel.firewall.list('inet', 'vks_boot'))).not.toBeNull();
	for (const table of ['inet vks', 'netdev vks', 'inet vks_boot']) expect(nft(`delete table ${table}\n`)).toBe(true);
	spawned.kernel.close();
});
