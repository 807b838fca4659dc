/** Any valid configuration, in any situation, compiles to what the kernel takes, reads back equal, and drops by default. */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {rulesetReader} from '../../../src/controller/read-back.ts';
import {firewallKeeper} from '../../../src/controller/firewall-keeper.ts';
import {compile} from '../../../src/policy/compile.ts';
import type {Situation} from '../../../src/policy/policy.ts';
import {parseListing} from '../../../src/policy/listing.ts';
import {validConfig} from '../../helpers/arbitrary-config.ts';
import {governed, situations} from '../../helpers/situations.ts';
import {valueOf} from '../expect-result.ts';
import {withBench} from '../with-bench.ts';
import {realBench} from './real-bench.ts';

const bench = withBench(async () => {
	const made = await realBench('libnftables');
	for (const name of ['eth0', 'eth1']) made.addLink(name);
	return made;
});

const hooks = ['input', 'forward', 'output'] as const;

test('any valid configuration is enforced, proven equal, and drops by default', async () => {
	const {firewall} = bench().kernel;
	const keeper = firewallKeeper(firewall);
	const reader = rulesetReader(firewall);
	await fc.assert(
		fc.asyncProperty(validConfig, fc.constantFrom<Situation>(...Object.values(situations)), async (config, situation) => {
			const ruleset = compile(config, situation);
			valueOf(await keeper.enforce(ruleset));
			const {firewall: inet, backstop, ownership} = valueOf(await reader.readBack(ruleset, {owned: true, outside: situation.outside}));
			expect([...inet, ...(situation.outside.length > 0 ? backstop : []), ...ownership]).toEqual([]);
			const {chains} = parseListing(valueOf(await firewall.list('inet', 'vks')));
			for (const hook of hooks) expect(chains.get(hook)?.spec).toContain('"policy":"drop"');
		}),
		{numRuns: 80, includeErrorInReport: true},
	);
}, 60_000);

test('what chooses by name is enforced and proven equal, also while its sets are filled, and what they hold outlives a change of policy', async () => {
	const {configurations} = await import('../../helpers/situations.ts');
	const {firewall} = bench().kernel;
	const keeper = firewallKeeper(firewall);
	const reader = rulesetReader(firewall);
	for (const situation of Object.values(governed)) {
		const ruleset = compile(configurations.lan, situation);
		valueOf(await keeper.enforce(ruleset));
		valueOf(await firewall.run('add element inet vks egress-all-v4 { 203.0.113.80 . 443 timeout 90s }\n'));
		const {firewall: inet, backstop} = valueOf(await reader.readBack(ruleset, {owned: true, outside: situation.outside}));
		expect([...inet, ...backstop]).toEqual([]);
	}
	expect(JSON.stringify(valueOf(await firewall.list('inet', 'vks')))).toContain('203.0.113.80');
});

test('what chose by name in an adopted table goes with the setting', async () => {
	const {configurations} = await import('../../helpers/situations.ts');
	const {firewall} = bench().kernel;
	const keeper = firewallKeeper(firewall);
	valueOf(await keeper.enforce(compile(configurations.lan, governed.governed)));
	const without = compile(configurations.lan, situations.connected);
	valueOf(await keeper.enforce(without));
	expect(valueOf(await rulesetReader(firewall).readBack(without, {owned: true, outside: situations.connected.outside})).firewall).toEqual([]);
	expect(JSON.stringify(valueOf(await firewall.list('inet', 'vks')))).not.toMatch(/"name":"(?:divert|egress-)/);
});

test('a change of policy keeps the counters, and a rule that anyone adds or removes is drift', async () => {
	const {firewall} = bench().kernel;
	const keeper = firewallKeeper(firewall);
	const reader = rulesetReader(firewall);
	const ruleset = compile((await import('../../helpers/situations.ts')).configurations.lan, situations.connected);
	valueOf(await keeper.enforce(ruleset));
	const expectation = {owned: true, outside: situations.connected.outside} as const;
	expect(valueOf(await reader.readBack(ruleset, expectation)).firewall).toEqual([]);
	valueOf(await firewall.run('insert rule inet vks output accept\n'));
	expect(valueOf(await reader.readBack(ruleset, expectation)).firewall).toEqual(['1 rules in output are not ours']);
	valueOf(await firewall.run('flush chain inet vks input\n'));
	expect(valueOf(await reader.readBack(ruleset, expectation)).firewall).toContain('rule refuse-in is missing from input');
	valueOf(await keeper.enforce(ruleset));
	expect(valueOf(await reader.readBack(ruleset, expectation)).firewall).toEqual([]);
	valueOf(await firewall.run('add chain inet vks output { type filter hook output priority 0; policy accept; }\n'));
	expect(valueOf(await reader.readBack(ruleset, expectation)).firewall[0]).toMatch(/chain output has another hook or default/);
});

test('the chain that translates addresses goes with the setting it is for, and hosts behind vks meet it by both families', async () => {
	const {configurations} = await import('../../helpers/situations.ts');
	const {firewall} = bench().kernel;
	const keeper = firewallKeeper(firewall);
	const chains = async () => [...parseListing(valueOf(await firewall.list('inet', 'vks'))).chains.keys()];
	valueOf(await keeper.enforce(compile(configurations.gateway, situations.connected)));
	expect(await chains()).toContain('postrouting');
	const text = JSON.stringify(valueOf(await firewall.list('inet', 'vks')));
	for (const address of ['10.64.1.2', 'fd64:1::2']) expect(text).toMatch(new RegExp(`"snat":[^}]*"addr":"${address}"`));
	const without = compile(configurations.minimal, situations.connected);
	valueOf(await keeper.enforce(without));
	expect(await chains()).not.toContain('postrouting');
	expect(valueOf(await rulesetReader(firewall).readBack(without, {owned: true, outside: situations.connected.outside})).firewall).toEqual([]);
});

test('a link that takes the name an uplink once bore is not hooked for long', async () => {
	const {configurations, nic} = await import('../../helpers/situations.ts');
	const {firewall} = bench().kernel;
	const keeper = firewallKeeper(firewall);
	const on = (name: string) => compile(configurations.minimal, {kind: 'blocked', tunnels: [], uplink: nic(name), outside: [nic(name)]});
	bench().renameLink('eth0', 'up0');
	valueOf(await keeper.enforce(on('up0')));
	bench().renameLink('up0', 'eth9');
	valueOf(await keeper.enforce(on('eth9')));
	bench().addLink('up0');
	const ruleset = on('eth9');
	const drift = valueOf(await rulesetReader(firewall).readBack(ruleset, {owned: true, outside: ['eth9']}));
	expect(drift.backstop).toEqual(['up0 has an egress hook, and is not outside']);
	valueOf(await keeper.enforce(ruleset));
	expect(valueOf(firewall.hookDevices('vks', 'egress'))).toEqual(['eth1', 'eth9']);
	expect(valueOf(await rulesetReader(firewall).readBack(ruleset, {owned: true, outside: ['eth9']})).backstop).toEqual([]);
});

test.each([
	['is empty', 'add table inet vks\n'],
	['has chains without hooks', 'add table inet vks\nadd chain inet vks input\nadd chain inet vks forward\nadd chain inet vks output\n'],
	['accepts by default', 'add table inet vks\nadd chain inet vks output { type filter hook output priority 0; policy accept; }\n'],
])('a table of our name that %s does not keep the boot table away', async (_, script) => {
	const {firewall} = bench().kernel;
	valueOf(await firewall.run(script));
	valueOf(await firewallKeeper(firewall).close([]));
	expect(valueOf(await firewall.list('inet', 'vks_boot'))).not.toBeNull();
});

test('a table of ours that stands closed is closed enough', async () => {
	const {configurations} = await import('../../helpers/situations.ts');
	const {firewall} = bench().kernel;
	valueOf(await firewallKeeper(firewall).enforce(compile(configurations.minimal, situations.lockdown)));
	valueOf(await firewallKeeper(firewall).close([]));
	expect(valueOf(await firewall.list('inet', 'vks_boot'))).toBeNull();
	// We own that table ourselves; a link may be new all the same.
	expect(valueOf(firewall.header('netdev', 'vks_boot')).kind).toBe('present');
	valueOf(await firewallKeeper(firewall).release());
	expect(valueOf(firewall.header('netdev', 'vks_boot')).kind).toBe('absent');
});
