/** Edits of nftables by somebody else with NET_ADMIN. */
import {byExit, type Applied, type Fault} from '../fault.ts';
import type {Stage} from '../stage.ts';

const base = {touches: 'firewall', changesKernel: true, expectJournal: ['tamper', 'policy']} as const;

const nft = (stage: Stage, text: string) => stage.client('nft', text);

/** An edit of our own tables, which the kernel refuses while they are owned. */
const edit = (name: string, weight: number, ...texts: readonly [string, ...string[]]): Fault => ({
	...base, name, weight, pausesUnowned: 'raw',
	apply: async (stage, dice): Promise<Applied> => {
		const text = dice.pick(texts);
		return {effect: byExit(await nft(stage, text)), detail: text};
	},
});

/** A table of a stranger's own: it can accept as much as it likes, because a drop anywhere wins. */
const foreign = (name: string, weight: number, table: string, body: string): Fault => ({
	...base, name, weight,
	apply: async stage => ({effect: byExit(await nft(stage, `table ${table} { ${body} }`)), undo: () => nft(stage, `delete table ${table}`)}),
});

export const firewallFaults: readonly Fault[] = [
	{
		...base, name: 'flush ruleset', weight: 3, pausesUnowned: 'bound',
		apply: async stage => {
			// Owned tables are left out of a flush without a word.
			const kept = stage.owned();
			const {exitCode} = await nft(stage, 'flush ruleset');
			return {effect: exitCode !== 0 ? 'refused' : kept ? 'nothing' : 'changed'};
		},
	},
	edit('delete table', 3, 'delete table inet vks', 'delete table netdev vks'),
	edit('flush chain', 2, 'flush chain inet vks output', 'flush chain netdev vks egress', 'flush table inet vks'),
	edit('delete chain', 1, 'flush chain inet vks input; delete chain inet vks input', 'flush chain netdev vks egress; delete chain netdev vks egress'),
	edit('insert accept rule', 3, 'insert rule inet vks output accept', 'insert rule netdev vks egress accept', 'insert rule inet vks input accept'),
	edit('delete a rule', 1, 'flush chain inet vks prerouting', 'flush chain inet vks forward'),
	edit('make it dormant', 1, 'add table inet vks { flags dormant; }', 'add table netdev vks { flags dormant; }'),
	foreign('foreign accept table', 3, 'inet chaos_accept', 'chain output { type filter hook output priority -300; policy accept; accept; }; chain late { type filter hook output priority 300; policy accept; accept; };'),
	foreign('foreign NAT table', 2, 'ip chaos_nat', 'chain out { type nat hook output priority -100; udp dport 7 dnat to 203.0.113.54:53; }; chain post { type nat hook postrouting priority 100; masquerade; };'),
	foreign('foreign marks', 2, 'inet chaos_mark', 'chain out { type route hook output priority -400; udp dport != 51820 meta mark set 0xca6c; };'),
];
