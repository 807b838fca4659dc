/** What ends by itself in a real kernel, with both backends: nobody has to be there. */
import {describe, expect, test} from 'vitest';
import {firewallKeeper} from '../../../src/controller/firewall-keeper.ts';
import {standingLeases} from '../../../src/controller/lease-keeper.ts';
import {rulesetReader} from '../../../src/controller/read-back.ts';
import {compile} from '../../../src/policy/compile.ts';
import {leaseName} from '../../../src/policy/lease.ts';
import {parseListing} from '../../../src/policy/listing.ts';
import type {Ruleset} from '../../../src/policy/policy.ts';
import {eventually} from '../../helpers/eventually.ts';
import {configurations, exceptions, grantedPort, situations} from '../../helpers/situations.ts';
import {valueOf} from '../expect-result.ts';
import {withBench} from '../with-bench.ts';
import {realBench} from './real-bench.ts';

const now = (): number => performance.now();

describe.each(['libnftables', 'nft'] as const)('with %s', backend => {
	const bench = withBench(async () => {
		const made = await realBench(backend);
		for (const name of ['eth0', 'eth1']) made.addLink(name);
		return made;
	});
	const firewall = () => bench().kernel.firewall;

	/** The first exception, for so long; the rest for a quarter of an hour. */
	const excepted = (forMs: number): Ruleset => compile(configurations.lan, {
		...situations.excepted,
		pinholes: [],
		exceptions: exceptions.map((exception, index) => ({...exception, lease: {...exception.lease, forMs: index === 0 ? forMs : 900_000, untilMs: now() + (index === 0 ? forMs : 900_000)}})),
	});
	const first = leaseName('exception-1');
	const expiresMs = async (table: 'inet' | 'netdev' = 'inet'): Promise<number | null | undefined> => parseListing(valueOf(await firewall().list(table, 'vks'))).leases.get(first)?.elements[0]?.expiresMs;
	const differences = async (ruleset: Ruleset): Promise<readonly string[]> => {
		const {firewall: inet, backstop} = valueOf(await rulesetReader(firewall()).readBack(ruleset, {owned: false, outside: situations.excepted.outside}));
		return [...inet, ...backstop];
	};

	test('a lease ends in both tables without anybody, and its end is no drift', async () => {
		const ruleset = excepted(1500);
		const endsAtMs = now() + 1500;
		valueOf(await firewallKeeper(firewall()).enforce(ruleset));
		const left = await expiresMs();
		if (now() < endsAtMs) expect(left).toBeGreaterThanOrEqual(0);
		expect(await differences(ruleset)).toEqual([]);
		await eventually(async () => {
			expect(await expiresMs()).toBeUndefined();
			expect(await expiresMs('netdev')).toBeUndefined();
		});
		expect(await differences(ruleset)).toEqual([]);
		expect((await standingLeases(firewall(), () => performance.now())).has(first)).toBe(false);
		expect((await standingLeases(firewall(), () => performance.now())).size).toBe(exceptions.length - 1);
	});

	test('replacing the policy leaves what stands as it is, and a table made anew gets what is left', async () => {
		const keeper = firewallKeeper(firewall());
		const ruleset = excepted(600_000);
		valueOf(await keeper.enforce(ruleset));
		// As if time had passed: less than was granted.
		valueOf(await firewall().run(`flush set inet vks ${first}\nadd element inet vks ${first} { tcp timeout 100s }\n`));
		for (const situation of [situations.excepted, situations['excepted-lockdown'], situations.excepted]) {
			valueOf(await keeper.enforce({...compile(configurations.lan, situation), leases: ruleset.leases}));
		}
		expect(await expiresMs()).toBeGreaterThan(60_000);
		expect(await expiresMs()).toBeLessThanOrEqual(100_000);
		valueOf(await firewall().run('delete table inet vks\n'));
		valueOf(await keeper.enforce(ruleset));
		expect(await expiresMs()).toBeGreaterThan(500_000);
		expect(await expiresMs()).toBeLessThanOrEqual(600_000);
		expect(await differences(ruleset)).toEqual([]);
	});

	test('a lease that is granted again is prolonged in both tables, and no other', async () => {
		const keeper = firewallKeeper(firewall());
		const granted = (forMs: number): Ruleset => {
			const leases = grantedPort.leases.map(lease => ({...lease, forMs, untilMs: now() + forMs}));
			return compile(configurations.careful, {...situations.forwarding, exceptions, granted: {...grantedPort, leases}});
		};
		const endOf = async (table: 'inet' | 'netdev', name: string): Promise<number> => parseListing(valueOf(await firewall().list(table, 'vks'))).leases.get(leaseName(name))?.elements[0]?.expiresMs ?? 0;
		valueOf(await keeper.enforce(granted(20_000)));
		// As if time had passed for one that nobody grants again.
		valueOf(await firewall().run(`flush set inet vks ${first}\nadd element inet vks ${first} { tcp timeout 100s }\n`));
		const again = granted(60_000);
		valueOf(await keeper.enforce(again));
		for (const table of ['inet', 'netdev'] as const) for (const transport of ['udp', 'tcp']) expect(await endOf(table, `granted-${transport}`)).toBeGreaterThan(30_000);
		expect(await expiresMs()).toBeLessThanOrEqual(100_000);
		expect(await differences(again)).toEqual([]);
		// What was granted for less than stands is drift.
		expect(await differences(granted(5000))).toContainEqual('set lease-granted-udp holds more than was granted');
	});

	test.each([
		['prolonged', `add element inet vks ${first} { tcp timeout 3600s }`, 'holds more'],
		['without an end', `flush set inet vks ${first}\nadd element inet vks ${first} { tcp }`, 'holds more'],
		['of another protocol', `add element inet vks ${first} { udp timeout 10s }`, 'holds more'],
		['taken away', `flush set inet vks ${first}`, 'emptied before its time'],
		['joined by a stranger\'s', 'add set inet vks lease-mine { type inet_proto; flags timeout; }', 'set lease-mine is not ours'],
	])('a lease that is %s is drift, and put right', async (_, script, said) => {
		const keeper = firewallKeeper(firewall());
		const ruleset = excepted(600_000);
		valueOf(await keeper.enforce(ruleset));
		valueOf(await firewall().run(`${script}\n`));
		expect((await differences(ruleset)).join('; ')).toContain(said);
		valueOf(await keeper.enforce(ruleset));
		expect(await differences(ruleset)).toEqual([]);
		expect(await expiresMs()).toBeLessThanOrEqual(600_000);
	});

	test('an ended one takes its sets and counters with it', async () => {
		const keeper = firewallKeeper(firewall());
		valueOf(await keeper.enforce(excepted(600_000)));
		valueOf(await keeper.enforce(compile(configurations.lan, situations.connected)));
		for (const table of ['inet', 'netdev'] as const) {
			const {leases, counters} = parseListing(valueOf(await firewall().list(table, 'vks')));
			expect([...leases.keys(), ...[...counters.keys()].filter(name => name.includes('exception'))]).toEqual([]);
		}
	});
});
