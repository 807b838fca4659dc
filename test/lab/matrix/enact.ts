/** Puts a scene's policy and routing into the client's kernel, by the product's own keepers. */
import type {FirewallKeeper} from '../../../src/controller/firewall-keeper.ts';
import {networkKeeper} from '../../../src/controller/network-keeper.ts';
import type {Kernel} from '../../../src/kernel/kernel.ts';
import {familyOf} from '../../../src/net/address.ts';
import {compile} from '../../../src/policy/compile.ts';
import {slotNames} from '../../../src/policy/slots.ts';
import type {World} from '../../../src/policy/way.ts';
import {valueOf} from '../../contract/expect-result.ts';
import {ip} from './links.ts';
import type {SceneOf} from './scenes.ts';
import {execFileSync} from 'node:child_process';

export async function enact({name, config, state, tunnels, exceptions = [], pinholes = [], echoes = [], granted}: SceneOf, kernel: Kernel, keeper: FirewallKeeper): Promise<World> {
	const [carrying = null, beside = null] = tunnels.map(({interface: device, addresses, resolvers}) => ({interface: device, addresses, families: [...new Set(addresses.map(familyOf))], resolvers}));
	const reading = valueOf(networkKeeper(kernel, config).sync({
		tunnels: slotNames(config),
		carrying, beside,
		exceptions: exceptions.map(({range}) => range), exceptionsOpen: state !== 'lockdown',
		repair: true,
	}));
	if (reading.broken.length > 0) throw new Error(`${name}: ${reading.broken.join('; ')}`);
	const {uplink} = reading.choice;
	const onLink = (uplink?.onLink ?? []).filter(range => range.includes(':'));
	const outside = reading.choice.outside.filter(device => !device.startsWith('wg'));
	const ruleset = compile(config, {kind: state, tunnels, uplink: uplink?.name ?? null, outside, onLink, exceptions, pinholes, echoes, ...(granted === undefined ? {} : {granted})});
	valueOf(await keeper.enforce(ruleset));
	valueOf(await keeper.release());
	await kernel.network.flushConnections();
	return {ruleset, routing: {links: reading.links, ...reading.routing}};
}

export function prepareClient(): void {
	for (const device of ['wg0', 'wg0b']) ip('link', 'set', device, 'mtu', '1420', 'up');
	ip('address', 'add', '10.64.1.2/32', 'dev', 'wg0');
	ip('address', 'add', 'fd64:1::2/128', 'dev', 'wg0', 'nodad');
	ip('address', 'add', '10.64.2.2/32', 'dev', 'wg0b');
	// No packet waits for its neighbour to be found.
	for (const device of ['eth0', 'eth1']) ip('link', 'set', device, 'arp', 'off');
	// What is for others reaches the forward chain, and a process of any user may be a DHCP client or ping.
	const sysctls = ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1', 'net.ipv4.ip_unprivileged_port_start=0', 'net.ipv4.ping_group_range=0 2147483647'];
	execFileSync('sysctl', ['-q', ...sysctls.flatMap(sysctl => ['-w', sysctl])]);
}
