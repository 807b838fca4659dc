/** What goes wrong with the client's uplinks on purpose. */
import {ipBatch, loadRuleset, run, runIn} from './commands.ts';
import type {LabDescription} from './description.ts';
import {uplinks} from './plan.ts';
import {secondUplinkInClient, secondUplinkPort} from './topology.ts';
import {watchPortRuleset} from './witness/rules.ts';

export const uplinkDown = (lab: LabDescription, name: string): Promise<unknown> =>
	ipBatch(lab.namespaces.client, [`link set ${name} down`]);

/** Addresses come back, as a container engine or DHCP client sees to; routes do not unless asked for. */
export async function uplinkUp(lab: LabDescription, name: string, options: {readonly routes?: boolean} = {}): Promise<void> {
	const {client, gateway} = uplinks.addresses;
	await ipBatch(lab.namespaces.client, [
		`link set ${name} up`,
		`address replace ${client.ipv4}/24 dev ${name}`,
		`address replace ${client.ipv6}/64 dev ${name} nodad`,
		...(options.routes === true
			? [`route replace default via ${gateway.ipv4} dev ${name}`, `route replace default via ${gateway.ipv6} dev ${name}`]
			: []),
	]);
}

/** Live where the kernel allows it (6.x does), so that routes and addresses stay. */
export async function renameUplink(lab: LabDescription, from: string, to: string): Promise<void> {
	const namespace = lab.namespaces.client;
	const live = await run(['ip', '-n', namespace, 'link', 'set', from, 'name', to], {mustSucceed: false});
	if (live.exitCode === 0) return;
	await ipBatch(namespace, [`link set ${from} down`, `link set ${from} name ${to}`]);
	await uplinkUp(lab, to, {routes: true});
}

/** `docker network connect`: a second way out, better than the first by its metric. The witness covers it before the client has it. */
export async function plugSecondUplink(lab: LabDescription): Promise<void> {
	const {isp, client} = lab.namespaces;
	await ipBatch(isp, secondUplinkPort);
	await loadRuleset(isp, watchPortRuleset(uplinks.second.port));
	await ipBatch(isp, [`link set eth1 netns ${client}`]);
	await ipBatch(client, secondUplinkInClient);
}

export async function unplugSecondUplink(lab: LabDescription): Promise<void> {
	await ipBatch(lab.namespaces.isp, [`link delete ${uplinks.second.port}`]);
}

/** The kernel takes the larger of `all` and the interface's own. */
export async function setRpFilter(lab: LabDescription, uplink: string, value: 0 | 1 | 2): Promise<void> {
	const names = ['all', 'default', uplink];
	await runIn(lab.namespaces.client, ['sysctl', '-q', ...names.flatMap(name => ['-w', `net.ipv4.conf.${name}.rp_filter=${value}`])]);
}
