import {describe, expect, test} from 'vitest';
import type {TableFamily} from '../../src/kernel/kernel.ts';
import {canonicalText, parseListing} from '../../src/policy/listing.ts';
import type {Bench} from './bench.ts';
import {problemOf, valueOf} from './expect-result.ts';
import {withBench} from './with-bench.ts';

/** A table as vks writes it: counters, chains, flush, rules. */
const script = (table: string, head: readonly string[] = [`add table inet ${table}`], rules: readonly string[] = ['oifname "lo"']): string =>
	[
		...head,
		`add counter inet ${table} c_last`,
		`add chain inet ${table} output { type filter hook output priority 0; policy drop; }`,
		`flush chain inet ${table} output`,
		...rules.map((match, index) => `add rule inet ${table} output ${match} accept comment "rule-${index}"`),
		`add rule inet ${table} output counter name "c_last" drop comment "last"`,
		'',
	].join('\n');

const egress = (devices: readonly string[]): string => {
	const list = devices.map(device => `"${device}"`).join(', ');
	return `add table netdev vkst\nadd chain netdev vkst egress { type filter hook egress devices = { ${list} } priority 0; policy drop; }\n`;
};

export function firewallContract(makeBench: () => Promise<Bench>): void {
	describe('firewall', () => {
		const bench = withBench(makeBench);
		const firewall = () => bench().kernel.firewall;
		const canonical = async (table: string, family: TableFamily = 'inet') => canonicalText(parseListing(valueOf(await firewall().list(family, table))));

		test('a table that does not exist lists as null and has an absent header', async () => {
			expect(valueOf(await firewall().list('inet', 'vkst'))).toBeNull();
			expect(valueOf(firewall().header('inet', 'vkst'))).toEqual({kind: 'absent'});
			expect(valueOf(firewall().hookDevices('vkst', 'egress'))).toEqual([]);
		});

		test('a script makes the table, its chains and its rules', async () => {
			valueOf(await firewall().run(script('vkst')));
			expect(valueOf(firewall().header('inet', 'vkst'))).toEqual({kind: 'present', owner: 'nobody', persist: false, dormant: false});
			const {chains, counters} = parseListing(valueOf(await firewall().list('inet', 'vkst')));
			expect(chains.get('output')?.rules.map(({id}) => id)).toEqual(['rule-0', 'last']);
			expect(counters.has('c_last')).toBe(true);
		});

		test('a script with one bad line changes nothing', async () => {
			const before = valueOf(firewall().generation()).id;
			const refused = await firewall().run(`add table inet vkst\nadd rule inet vkst nowhere accept\n`);
			expect(problemOf(refused)).toMatchObject({code: 'ruleset-refused', what: expect.stringContaining('No such file or directory') as unknown});
			expect(valueOf(firewall().header('inet', 'vkst')).kind).toBe('absent');
			expect(valueOf(firewall().generation()).id).toBe(before);
		});

		test('text that is no nft script is refused in its own words', async () => {
			expect(problemOf(await firewall().run('add nonsense\n')).what).toContain('syntax error');
		});

		test('deleting a table that is not there is refused', async () => {
			expect(problemOf(await firewall().run('delete table inet vkst\n')).code).toBe('ruleset-refused');
		});

		test('the same script twice lists the same', async () => {
			valueOf(await firewall().run(script('vkst')));
			const first = await canonical('vkst');
			valueOf(await firewall().run(script('vkst')));
			expect(await canonical('vkst')).toBe(first);
		});

		test('a dormant copy under another name lists the same, and is said to be dormant', async () => {
			valueOf(await firewall().run(script('vkst')));
			valueOf(await firewall().run(script('vkst_x', ['add table inet vkst_x', 'delete table inet vkst_x', 'add table inet vkst_x { flags dormant; }'])));
			expect(await canonical('vkst_x')).toBe(await canonical('vkst'));
			expect(valueOf(firewall().header('inet', 'vkst_x'))).toMatchObject({dormant: true});
		});

		test('a rule that somebody adds, removes or changes lists differently', async () => {
			valueOf(await firewall().run(script('vkst')));
			const intended = await canonical('vkst');
			expect(bench().foreign('insert rule inet vkst output accept\n')).toBe(true);
			expect(await canonical('vkst')).not.toBe(intended);
			valueOf(await firewall().run(script('vkst')));
			expect(await canonical('vkst')).toBe(intended);
			valueOf(await firewall().run(script('vkst', [], ['oifname "eth7"'])));
			expect(await canonical('vkst')).not.toBe(intended);
		});

		test('an element with a timeout is listed until its time is over; adding it again sets its time anew', async () => {
			const elements = async () => parseListing(valueOf(await firewall().list('inet', 'vkst'))).leases.get('lease-x')?.elements;
			const set = 'add set inet vkst lease-x { type inet_proto; flags timeout; }\n';
			/** In whole seconds, less what it took from the grant to the listing. */
			const expectsLeft = (element: {readonly expiresMs: number | null} | undefined, wholeMs: number, grantedAtMs: number): void => {
				expect(element?.expiresMs).toBeLessThanOrEqual(wholeMs);
				expect(element?.expiresMs).toBeGreaterThan(wholeMs - 500 - (performance.now() - grantedAtMs));
			};
			const grantedAtMs = performance.now();
			valueOf(await firewall().run(`add table inet vkst\n${set}add element inet vkst lease-x { tcp timeout 90500ms }\n`));
			const granted = await elements();
			expect(granted).toEqual([{value: 'tcp', expiresMs: expect.any(Number) as unknown}]);
			expectsLeft(granted?.[0], 90_000, grantedAtMs);
			valueOf(await firewall().run(`${set}add element inet vkst lease-x { tcp timeout 400ms }\n`));
			await expect.poll(elements, {timeout: 60_000, interval: 20}).toEqual([]);
			const againAtMs = performance.now();
			valueOf(await firewall().run(`${set}flush set inet vkst lease-x\nadd element inet vkst lease-x { ipv6-icmp timeout 30500ms }\nadd element inet vkst lease-x { udp }\n`));
			const anew = await elements();
			expect(anew).toEqual(expect.arrayContaining([{value: 'ipv6-icmp', expiresMs: expect.any(Number) as unknown}, {value: '"udp"', expiresMs: null}]));
			expectsLeft(anew?.find(({value}) => value === 'ipv6-icmp'), 30_000, againAtMs);
		});

		test('a set that a rule names cannot be deleted; a rule cannot name a set that is not there', async () => {
			const set = 'add set inet vkst lease-x { type inet_proto; flags timeout; }\n';
			valueOf(await firewall().run(`add table inet vkst\nadd chain inet vkst output\n${set}add rule inet vkst output meta l4proto @lease-x accept\n`));
			expect((await firewall().run('delete set inet vkst lease-x\n')).ok).toBe(false);
			expect((await firewall().run('add rule inet vkst output meta l4proto @lease-y accept\n')).ok).toBe(false);
			valueOf(await firewall().run(`${set}flush chain inet vkst output\ndelete set inet vkst lease-x\n`));
			valueOf(await firewall().run(`${set}delete set inet vkst lease-x\n`));
		});

		test('every commit moves the generation, reading does not', async () => {
			const {id} = valueOf(firewall().generation());
			valueOf(await firewall().list('inet', 'vkst'));
			expect(valueOf(firewall().generation()).id).toBe(id);
			valueOf(await firewall().run('add table inet vkst\n'));
			expect(valueOf(firewall().generation()).id).toBe(id + 1);
		});

		test('a netdev chain names the devices it covers, and no longer one that was renamed', async () => {
			bench().addLink('eth0');
			bench().addLink('eth1');
			valueOf(await firewall().run(egress(['eth0', 'eth1'])));
			expect(valueOf(firewall().hookDevices('vkst', 'egress'))).toEqual(['eth0', 'eth1']);
			bench().renameLink('eth0', 'eth9');
			expect(valueOf(firewall().hookDevices('vkst', 'egress'))).toEqual(['eth1']);
			valueOf(await firewall().run(egress(['eth1', 'eth9'])));
			expect(valueOf(firewall().hookDevices('vkst', 'egress'))).toEqual(['eth1', 'eth9']);
			bench().removeLink('eth1');
			expect(valueOf(firewall().hookDevices('vkst', 'egress'))).toEqual(['eth9']);
		});

		test('many scripts at once run one after another', async () => {
			valueOf(await firewall().run('add table inet vkst\n'));
			const runs = Array.from({length: 20}, (_, index) => firewall().run(`add chain inet vkst c${index}\n`));
			for (const result of await Promise.all(runs)) valueOf(result);
			expect(parseListing(valueOf(await firewall().list('inet', 'vkst'))).chains.size).toBe(20);
		});
	});
}
