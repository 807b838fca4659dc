/** Everything is taken back, the tables last, and no step that fails holds up the next. */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {isClosedAlready, readBefore} from '../../../src/controller/before.ts';
import {takeBack} from '../../../src/controller/take-back.ts';
import {resolvConf} from '../../../src/kernel/resolv-conf.ts';
import type {RoutingRule} from '../../../src/kernel/kernel.ts';
import type {SavedRouting} from '../../../src/kernel/trial/routing-copy.ts';
import {ok} from '../../../src/result.ts';
import {fakeKernel} from '../../fakes/fake-kernel.ts';
import {configFrom, ip} from '../../helpers/situations.ts';

const trouble = {code: 'internal', severity: 'error', what: 'no', stillBlocking: 'unknown', next: ''} as const;
const saved = {routes: ['cm91dGU='], rules: ['cnVsZQ==']};

function scene() {
	const folder = mkdtempSync(join(tmpdir(), 'vks-take-back-'));
	onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
	const path = join(folder, 'resolv.conf');
	writeFileSync(path, 'nameserver 192.0.2.53\n');
	const kernel = fakeKernel();
	kernel.putLink({name: 'eth0', up: true, kind: 'veth'});
	for (const link of ['all', 'default', 'eth0', 'eth1', 'lan0']) for (const [leaf, value] of [['send_redirects', '1'], ['arp_ignore', '0'], ['src_valid_mark', '0']] as const) kernel.sysctls.set(`net/ipv4/conf/${link}/${leaf}`, value);
	const config = configFrom({VKS_RESOLV_CONF: path, VKS_STATE_FOLDER: folder});
	const done: string[] = [];
	const copy = {
		save: () => ok(saved),
		restore: (given: SavedRouting, isOurs: (rule: RoutingRule) => boolean): readonly string[] => {
			const rule = {family: 4, mark: null, outInterface: null, suppressPrefixLength: null} as const;
			done.push(`routing ${JSON.stringify(given)} ${[isOurs({...rule, priority: 300, table: config.numbers.tunnelTable}), isOurs({...rule, priority: 200, table: 254, suppressPrefixLength: 0}), isOurs({...rule, priority: 5000, table: 254}), isOurs({...rule, priority: 40, table: 77})].join(' ')}`);
			return [];
		},
	};
	return {kernel, config, copy, done, path, folder};
}

test('what was closed already is known by any table of vks', async () => {
	const {kernel} = scene();
	expect(isClosedAlready(kernel)).toEqual(ok(false));
	await kernel.firewall.run('add table inet vks_boot\n');
	expect(isClosedAlready(kernel)).toEqual(ok(true));
});

test('sysctls, routing, resolv.conf and the tunnel go back before the tables go', async () => {
	const {kernel, config, copy, done, path, folder} = scene();
	const before = readBefore(kernel, copy, config);
	if (!before.ok) throw new Error(before.error.what);
	for (const [family, table] of [['inet', 'vks'], ['netdev', 'vks'], ['inet', 'vks_boot']] as const) await kernel.firewall.run(`add table ${family} ${table}\n`);
	for (const key of ['net/ipv4/conf/eth0/send_redirects', 'net/ipv4/conf/all/send_redirects']) kernel.sysctls.set(key, '0');
	// One is renamed meanwhile and takes its settings along; another is plugged in and got ours.
	kernel.renameLink('eth0', 'lan0');
	kernel.sysctls.set('net/ipv4/conf/lan0/send_redirects', '0');
	kernel.putLink({name: 'eth1', up: true, kind: 'veth'});
	kernel.sysctls.set('net/ipv4/conf/eth1/send_redirects', '0');
	kernel.sysctls.set('net/ipv4/conf/eth1/arp_ignore', '8');
	resolvConf(path, folder).point([ip('10.64.1.1')]);
	kernel.setFault(({operation, script}) => {
		if (operation === 'run' || operation === 'removeLeftover') done.push(`${operation} ${script}`.trim());
		return null;
	});
	expect(await takeBack(kernel, copy, before.value)).toEqual([]);
	expect(['all/send_redirects', 'lan0/send_redirects', 'eth1/send_redirects', 'eth1/arp_ignore', 'all/src_valid_mark'].map(key => kernel.sysctls.get(`net/ipv4/conf/${key}`))).toEqual(['1', '1', '1', '8', '0']);
	expect(readFileSync(path, 'utf8')).toBe('nameserver 192.0.2.53\n');
	expect(kernel.tables().size).toBe(0);
	expect(done.at(-1)).toBe('run delete table inet vks_boot');
	expect(done.filter(step => step.startsWith('routing'))).toEqual([`routing ${JSON.stringify(saved)} true true false false`]);
	expect(done.findIndex(step => step.startsWith('routing'))).toBeLessThan(done.findIndex(step => step.startsWith('run')));
});

test('what fails is told, and everything else is taken back all the same', async () => {
	const {kernel, config, copy} = scene();
	const before = readBefore(kernel, copy, config);
	if (!before.ok) throw new Error(before.error.what);
	for (const table of ['vks', 'vks_boot']) await kernel.firewall.run(`add table inet ${table}\n`);
	kernel.setFault(({operation, script}) => (operation === 'links' || script.includes('inet vks\n') ? trouble : null));
	expect(await takeBack(kernel, {restore: () => ['a route could not be put back: no']}, before.value)).toEqual(['a route could not be put back: no', 'table inet vks stands: no']);
	expect([...kernel.tables().keys()]).toHaveLength(1);
});

test('beside somebody else\'s tunnel neither routes, sysctls, resolv.conf nor devices are touched', async () => {
	const {kernel, copy} = scene();
	expect(readBefore(kernel, copy, configFrom({VKS_ATTACH: 'gluetun'}))).toMatchObject({ok: true, value: {routing: null, sysctls: [], resolv: null, tunnels: []}});
});

test('resolv.conf that somebody else has written since is theirs', async () => {
	const {kernel, config, copy, path} = scene();
	const before = readBefore(kernel, copy, config);
	if (!before.ok) throw new Error(before.error.what);
	writeFileSync(path, 'nameserver 198.51.100.53\n');
	await takeBack(kernel, copy, before.value);
	expect(readFileSync(path, 'utf8')).toBe('nameserver 198.51.100.53\n');
});
