/** Routing rules that somebody else made, on the real kernel. */
import {expect, test} from 'vitest';
import {valueOf} from '../expect-result.ts';
import {withBench} from '../with-bench.ts';
import {ip, realBench} from './real-bench.ts';

const bench = withBench(() => realBench('libnftables'));

test.each([
	['another source', 'from 9.9.9.9 lookup 51820'],
	['a jump', 'from 9.9.9.9 goto 32766'],
	['several ports', 'ipproto udp sport 5-9 lookup 51820'],
	['a mask', 'fwmark 0x1/0x1 lookup 51820'],
	['no table at all', 'from 9.9.9.9 unreachable'],
])('one with %s is deleted, and not ours of the same priority', (_, selector) => {
	const {network} = bench().kernel;
	const ours = {family: 4, priority: 300, mark: null, outInterface: null, table: 51_820, suppressPrefixLength: null} as const;
	const standing = () => valueOf(network.rules()).filter(({family, priority}) => family === 4 && priority === 300);
	valueOf(network.addRule(ours));
	expect(ip(`rule add pref 300 ${selector}`)).toBe(true);
	const [strange] = standing().filter(({special}) => special);
	expect(strange).toBeDefined();
	if (strange !== undefined) valueOf(network.deleteRule(strange));
	expect(standing()).toEqual([ours]);
	valueOf(network.deleteRule(ours));
});
