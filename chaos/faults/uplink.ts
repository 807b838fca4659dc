/** The physical side: cables, names, addresses, gateways, another network. */
import {setTimeout as sleep} from 'node:timers/promises';
import {loadRuleset, ipBatch} from '../../lab/commands.ts';
import {uplinks, type Family} from '../../lab/plan.ts';
import {watchPortRuleset} from '../../lab/witness/rules.ts';
import {namesAhead} from '../../src/policy/ahead.ts';
import type {Fault} from '../fault.ts';
import type {Stage} from '../stage.ts';

const base = {touches: 'uplink', changesKernel: true, expectJournal: ['network', 'state']} as const;
const {client, gateway} = uplinks.addresses;
/** A second router on the same link, and a second address of the client's, as a DHCP server might hand out. */
const otherGateway = {ipv4: '172.30.7.254', ipv6: '2001:db8:30::fe'} as const satisfies Family;
const otherAddress = '172.30.7.22';

/** The client's half of a new cable goes in only after the witness covers the other half. */
async function replug({lab}: Stage): Promise<void> {
	const {isp, client: inside} = lab.description.namespaces;
	const {port, index} = uplinks.first;
	await ipBatch(isp, [`link add ${port} index ${index} type veth peer name eth0`, `link set ${port} master ${uplinks.lanBridge}`, `link set ${port} up`]);
	await loadRuleset(isp, watchPortRuleset(port));
	// The router would go on sending to the old cable's hardware address for as long as it believes in it.
	await ipBatch(isp, [`neigh flush dev ${uplinks.lanBridge}`, `link set eth0 netns ${inside}`]);
}

const defaultBy = (name: string, via: string): string => `route replace default via ${via} dev ${name}`;
const onLink = (family: keyof Family, {ipv4, ipv6}: Family): string => (family === 'ipv4' ? `${ipv4}/24` : `${ipv6}/64`);
const isAhead = (name: string): boolean => namesAhead().some(ahead => ahead === name);

const renamed = (name: string, weight: number, names: readonly string[]): Fault => ({
	...base, name, weight, expectJournal: ['network', 'state', 'policy', 'tamper'],
	apply: async ({lab}, dice) => {
		const to = dice.pick(names.filter(other => other !== lab.uplink()));
		await lab.renameUplink(to);
		return {effect: 'changed', detail: to};
	},
});

export const uplinkFaults: readonly Fault[] = [
	{
		...base, name: 'uplink down', weight: 3,
		apply: async ({lab}, dice) => {
			await lab.uplinkDown();
			const routes = dice.chance(0.7);
			return {effect: 'changed', undo: () => lab.uplinkUp({routes}), detail: routes ? 'routes come back' : 'no route comes back'};
		},
	},
	{
		...base, name: 'uplink flaps', weight: 2,
		apply: async ({lab}, dice) => {
			for (let left = dice.between(2, 5); left > 0; left -= 1) {
				await lab.uplinkDown();
				await sleep(dice.between(0, 80));
				await lab.uplinkUp({routes: dice.chance(0.5)});
			}
			return {effect: 'changed'};
		},
	},
	{
		...base, name: 'uplink deleted', weight: 2,
		apply: async stage => {
			const {lab} = stage;
			// Plugged in again under a name that nobody knows, it would have no backstop for a moment.
			if (!isAhead(lab.uplink())) await lab.renameUplink('eth0');
			await lab.exec('client', ['ip', 'link', 'delete', lab.uplink()], {mustSucceed: true});
			return {effect: 'changed', undo: async () => {
				await replug(stage);
				if (lab.uplink() !== 'eth0') await lab.exec('client', ['ip', 'link', 'set', 'eth0', 'name', lab.uplink()]);
				await lab.uplinkUp({routes: true});
			}};
		},
	},
	renamed('uplink renamed', 3, ['eth0', 'eth7', 'eth31', 'net3']),
	// The backstop names links ahead, and these it cannot know.
	{...renamed('uplink renamed to an odd name', 2, ['lan9', 'up0']), pauses: 'raw'},
	{
		...base, name: 'gateway changed', weight: 3,
		apply: async ({lab}, dice) => {
			const {isp, client: inside} = lab.description.namespaces;
			const families = dice.pick([['ipv4'], ['ipv6'], ['ipv4', 'ipv6']] as const);
			await ipBatch(isp, families.map(family => `address replace ${onLink(family, otherGateway)} dev ${uplinks.lanBridge}${family === 'ipv6' ? ' nodad' : ''}`));
			await ipBatch(inside, families.map(family => defaultBy(lab.uplink(), otherGateway[family])));
			return {effect: 'changed', detail: families.join(' and '), undo: async () => {
				await ipBatch(inside, families.map(family => defaultBy(lab.uplink(), gateway[family])));
				await ipBatch(isp, families.map(family => `address delete ${onLink(family, otherGateway)} dev ${uplinks.lanBridge}`));
			}};
		},
	},
	{
		...base, name: 'uplink address changed', weight: 2,
		apply: async ({lab}) => {
			const {client: inside} = lab.description.namespaces;
			const name = lab.uplink();
			// The old one first: an address of the same range added beside it would go with it.
			const change = (to: string, from: string) => ipBatch(inside, [`address delete ${from}/24 dev ${name}`, `address add ${to}/24 dev ${name}`, defaultBy(name, gateway.ipv4)]);
			await change(otherAddress, client.ipv4);
			return {effect: 'changed', undo: () => change(client.ipv4, otherAddress)};
		},
	},
	{
		...base, touches: 'network', name: 'network plugged in', weight: 3, expectJournal: ['network', 'policy', 'tamper', 'state'],
		apply: async ({lab}) => {
			await lab.plugSecondUplink();
			return {effect: 'changed', undo: () => lab.unplugSecondUplink()};
		},
	},
];
