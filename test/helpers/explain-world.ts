/** A container as `explain` sees it: links, routes and rules beside a compiled policy. */
import type {Config} from '../../src/config/config.ts';
import type {Link, Route} from '../../src/kernel/kernel.ts';
import {familyOf, isIpv4} from '../../src/net/address.ts';
import {cidrFamily, cidrOf, mergeCidrs} from '../../src/net/cidr.ts';
import {compile} from '../../src/policy/compile.ts';
import type {ExplainInput} from '../../src/policy/explain.ts';
import type {Situation} from '../../src/policy/policy.ts';
import type {Question} from '../../src/policy/question.ts';
import {intendedRouting} from '../../src/policy/routing.ts';
import {slotOf} from '../../src/policy/slots.ts';
import type {Uplink} from '../../src/policy/uplink.ts';
import {ip, nic, portOf} from './situations.ts';

function link(index: number, name: string, ...addresses: readonly string[]): Link {
	return {
		index, name: nic(name), up: true, loopback: name === 'lo', kind: name.startsWith('wg') ? 'tun' : 'veth', mtu: 1500,
		addresses: addresses.map(text => {
			const [address = '', length = ''] = text.split('/');
			return {address: ip(address), prefixLength: Number(length), scope: name === 'lo' ? 'host' : 'global'};
		}),
	};
}

/** `eth0` with a gateway, `eth1` beside it, and the situation's tunnels. */
export function worldOf(config: Config, situation: Situation): Pick<ExplainInput, 'world' | 'openable'> {
	const outside = [link(2, 'eth0', '172.30.7.2/24', '2001:db8:30::2/64'), link(3, 'eth1', '172.31.0.2/24')];
	const tunnels = situation.tunnels.map((tunnel, index) => link(10 + index, tunnel.interface, ...tunnel.addresses.map(address => `${address}/${isIpv4(address) ? 32 : 128}`)));
	const uplink: Uplink | null = situation.uplink === null ? null : {
		index: 2, name: situation.uplink, up: true, addresses: [], gateway4: ip('172.30.7.1'), gateway6: ip('2001:db8:30::1'),
		onLink: (outside[0]?.addresses ?? []).map(({address, prefixLength}) => cidrOf(address, prefixLength)),
	};
	const [carrier = null, beside = null] = situation.tunnels.map(({interface: device, addresses, resolvers}) => ({interface: device, families: [...new Set(addresses.map(familyOf))], resolvers, slot: slotOf(config, device)}));
	const open = situation.kind !== 'lockdown';
	const intended = intendedRouting({
		numbers: config.numbers, uplink, ipv6: true,
		tunnel: carrier, beside,
		network: open ? mergeCidrs([...config.network, ...config.lan.map(({range}) => range)]) : [],
		doors: [
			...(open ? config.inboundPorts.filter(({on}) => on === 'uplink') : []),
			...(config.management === null ? [] : [{transport: 'tcp' as const, port: config.management.port}]),
		],
	});
	const connected = outside.flatMap(({name, addresses}) => addresses.map(({address, prefixLength}): Route => {
		const destination = cidrOf(address, prefixLength);
		return {family: cidrFamily(destination), table: 254, destination, kind: 'unicast', gateway: null, interface: name, metric: 0};
	}));
	return {
		world: {ruleset: compile(config, situation), routing: {links: [link(1, 'lo', '127.0.0.1/8', '::1/128'), ...outside, ...tunnels], routes: [...intended.routes, ...connected], rules: intended.rules}},
		openable: {config, situation, uplink},
	};
}

export interface Asked {
	readonly protocol: Question['protocol'];
	readonly to: string;
	readonly port?: number;
	readonly from?: string;
	readonly fromPort?: number;
	readonly uid?: number;
	readonly mark?: number;
	readonly via?: string;
	readonly way?: 'in' | 'raw';
	readonly established?: true;
}

export function questionFrom({protocol, to, port, from, fromPort, uid = 1000, mark = 0, via, way, established}: Asked): Question {
	return {
		direction: way === 'in' ? 'in' : 'out', raw: way === 'raw', established: established === true, protocol, mark, uid,
		destination: ip(to), port: port === undefined ? null : portOf(port), source: from === undefined ? null : ip(from), sourcePort: fromPort === undefined ? null : portOf(fromPort),
		via: via === undefined ? null : nic(via), icmpType: null,
	};
}
