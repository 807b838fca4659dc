/** What would be good to have beside what was found: no fault by itself, and said only where it fits. Pure. */
import {parseIp} from '../net/address.ts';
import {isPrivate} from '../net/private-ranges.ts';
import {finding, type Finding} from './finding.ts';
import type {HostFacts} from './host.ts';
import {isReverseProxy, portKind} from './image-kinds.ts';
import {openPorts, type Service} from './service.ts';

const pages = new Set(['80', '443']);

/** `open`: those of which a port was found open. */
export function proxyAdvice(open: readonly Service[], all: readonly Service[]): readonly Finding[] {
	const served = open.filter(service => !isReverseProxy(service) && openPorts(service).some(port => port.transport === 'tcp' && ['other', 'dashboard'].includes(portKind(service, port))));
	const proxy = all.find(service => isReverseProxy(service) && openPorts(service).some(({port}) => pages.has(port)));
	const [first] = served;
	if (first === undefined || (proxy === undefined && served.length < 2)) return [];
	const names = served.map(({name}) => name).join(', ');
	return [finding({
		id: 'reverse-proxy', severity: 'low',
		what: proxy === undefined ? `${served.length} services are published one by one: ${names}.` : `${names} ${served.length === 1 ? 'is' : 'are'} published beside ${proxy.name}, which could hand on to ${served.length === 1 ? 'it' : 'them'}.`,
		proof: served.map(service => openPorts(service)[0]?.proof ?? service.proof).join('; '),
		risk: 'Each answers everybody by itself, most without TLS and with a login of their own or none.',
		fix: `${proxy === undefined ? 'A reverse proxy (Caddy, Traefik, nginx) alone publishes 80 and 443' : `${proxy.name} publishes 80 and 443 alone`}, with TLS and a login before what has none; the others are on a network with it and have \`expose\` in the place of \`ports\`.`,
	})];
}

/** Where the machine itself is on the internet and something in it is open. */
export function cloudAdvice(open: number, {addresses, uplinks}: HostFacts): readonly Finding[] {
	const own = [...addresses[4], ...addresses[6]].filter(address => {
		const ip = parseIp(address);
		return ip !== null && !isPrivate(ip);
	});
	const [first] = own;
	if (open === 0 || first === undefined) return [];
	return [finding({
		id: 'cloud-firewall', severity: 'low', what: `This machine has an address of the internet, and ${open === 1 ? 'a published port of it is' : `${open} published ports of it are`} open: what stands before the machine decides alone.`,
		proof: `${[...new Set([...uplinks[4], ...uplinks[6]])].join(', ')} has ${own.join(', ')}; whether something stands before it cannot be seen from here`,
		risk: 'The engine writes its rules anew at each start, and past the host\'s own firewall; what the provider of the machine refuses it cannot open.',
		fix: 'In the provider\'s firewall (security group): let in SSH from your own addresses and the ports that are meant for everybody, for IPv4 and IPv6, and refuse the rest.',
	})];
}
