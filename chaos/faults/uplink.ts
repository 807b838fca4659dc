/** The physical side: cables, names, addresses, gateways, another network. */
import {setTimeout as sleep} from 'node:timers/promises';
import {loadRuleset, ipBatch} from '../../lab/commands.ts';
import {uplinks} from '../../lab/plan.ts';
import {watchPortRuleset} from '../../lab/witness/rules.ts';
import type {Fault} from '../fault.ts';
import type {Stage} from '../stage.ts';

const base = {touches: 'uplink', changesKernel: true, expectJournal: ['network', 'state']} as const;
const {client, gateway} = uplinks.addresses;
/** A second router on the same link, and a second address of the client's, as a DHCP server might hand out. */
const otherGateway = '172.30.7.254';
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

const defaults = (name: string, via: string): readonly string[] => [`route replace default via ${via} dev ${name}`];

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
		...base, name: 'uplink deleted', weight: 2, rawPauses: true,
		apply: async stage => {
			const {lab} = stage;
			await lab.exec('client', ['ip', 'link', 'delete', lab.uplink()], {mustSucceed: true});
			return {effect: 'changed', undo: async () => {
				await replug(stage);
				if (lab.uplink() !== 'eth0') await lab.exec('client', ['ip', 'link', 'set', 'eth0', 'name', lab.uplink()]);
				await lab.uplinkUp({routes: true});
			}};
		},
	},
	{
		...base, name: 'uplink renamed', weight: 3, rawPauses: true, expectJournal: ['network', 'state', 'policy', 'tamper'],
		apply: async ({lab}, dice) => {
			const name = dice.pick(['eth0', 'eth7', 'lan9', 'up0'].filter(other => other !== lab.uplink()));
			await lab.renameUplink(name);
			return {effect: 'changed', detail: name};
		},
	},
	{
		...base, name: 'gateway changed', weight: 2,
		apply: async ({lab}) => {
			const {isp, client: inside} = lab.description.namespaces;
			await ipBatch(isp, [`address replace ${otherGateway}/24 dev ${uplinks.lanBridge}`]);
			await ipBatch(inside, defaults(lab.uplink(), otherGateway));
			return {effect: 'changed', undo: async () => {
				await ipBatch(inside, defaults(lab.uplink(), gateway.ipv4));
				await ipBatch(isp, [`address delete ${otherGateway}/24 dev ${uplinks.lanBridge}`]);
			}};
		},
	},
	{
		...base, name: 'uplink address changed', weight: 2,
		apply: async ({lab}) => {
			const {client: inside} = lab.description.namespaces;
			const name = lab.uplink();
			// The old one first: an address of the same range added beside it would go with it.
			const change = (to: string, from: string) => ipBatch(inside, [`address delete ${from}/24 dev ${name}`, `address add ${to}/24 dev ${name}`, ...defaults(name, gateway.ipv4)]);
			await change(otherAddress, client.ipv4);
			return {effect: 'changed', undo: () => change(client.ipv4, otherAddress)};
		},
	},
	{
		...base, touches: 'network', name: 'network plugged in', weight: 3, rawPauses: true, expectJournal: ['network', 'policy', 'tamper', 'state'],
		apply: async ({lab}) => {
			await lab.plugSecondUplink();
			return {effect: 'changed', undo: () => lab.unplugSecondUplink()};
		},
	},
];
