/** The grammars of inbound ports, peers and the management path. */
import {describe, expect, test} from 'vitest';
import {complaints, configOf} from './say.ts';

describe('VKS_INBOUND_PORTS', () => {
	test('takes port, side and sources', () => {
		expect(configOf({VKS_INBOUND_PORTS: '8080/tcp, 6881/UDP@tunnel;9000/tcp@uplink from 192.168.1.9/24  192.168.0.0/24'}).inboundPorts).toEqual([
			{port: 8080, transport: 'tcp', on: 'uplink', from: []},
			{port: 6881, transport: 'udp', on: 'tunnel', from: []},
			{port: 9000, transport: 'tcp', on: 'uplink', from: ['192.168.0.0/23']},
		]);
	});

	test.each([
		['8080', '8080 is not an inbound port'],
		['8080:80/tcp', '8080:80/tcp is not an inbound port'],
		['6881-6889/udp', '6881-6889/udp is not an inbound port'],
		['53/sctp', '53/sctp is not an inbound port'],
		['80/tcp@lan', '80/tcp@lan is not an inbound port'],
		['0/tcp', '0/tcp has a port that is not from 1 to 65535'],
		['65536/udp', '65536/udp has a port that is not from 1 to 65535'],
		['80/tcp from nas.lan', 'nas.lan is a name: vks opens addresses only'],
		['80/tcp from', '"80/tcp from" is not an inbound port'],
		['80/tcp, 80/tcp from 10.0.0.0/8', '80/tcp@uplink is listed twice'],
	])('%s is refused', (text, complaint) => {
		expect(complaints({VKS_INBOUND_PORTS: text})).toEqual([`VKS_INBOUND_PORTS: ${complaint}`]);
	});

	test('one port may be on both sides and on both transports', () => {
		expect(complaints({VKS_INBOUND_PORTS: '80/tcp,80/udp,80/tcp@tunnel,80/udp@tunnel'})).toEqual([]);
	});
});

describe('VKS_PEERS', () => {
	test('takes interface, range, transport and port', () => {
		expect(configOf({VKS_PEERS: 'eth1 172.31.0.0/24 tcp 5432; eth2  fd00::5 UDP 514'}).peers).toEqual([
			{interface: 'eth1', destination: '172.31.0.0/24', transport: 'tcp', port: 5432},
			{interface: 'eth2', destination: 'fd00::5/128', transport: 'udp', port: 514},
		]);
	});

	test.each([
		['eth1 172.31.0.0/24 tcp', '"eth1 172.31.0.0/24 tcp" is not a peer'],
		['lo 172.31.0.0/24 tcp 80', '"lo 172.31.0.0/24 tcp 80" does not name an interface of another network'],
		['eth/1 172.31.0.0/24 tcp 80', '"eth/1 172.31.0.0/24 tcp 80" does not name an interface of another network'],
		['eth1 db tcp 5432', 'db is a name: vks opens addresses only'],
		['eth1 0.0.0.0/0 tcp 443', '0.0.0.0/0 is every address: nothing would be refused'],
		['eth1 8.8.8.8 tcp 443', '8.8.8.8/32 is not private address space'],
		['eth1 127.0.0.1 tcp 443', '127.0.0.1 is loopback, which is always open'],
		['eth1 172.31.0.0/24 tcp 70000', '"eth1 172.31.0.0/24 tcp 70000" has a port that is not from 1 to 65535'],
		['eth1 172.31.0.2 udp 53', '"eth1 172.31.0.2 udp 53" asks for DNS, which is refused everywhere outside the tunnel'],
		['eth1 172.31.0.2 tcp 853', '"eth1 172.31.0.2 tcp 853" asks for DNS, which is refused everywhere outside the tunnel'],
		['eth1 10.0.0.1 tcp 80;eth1 10.0.0.1/32 TCP 80', '"eth1 10.0.0.1/32 tcp 80" is listed twice'],
	])('%s is refused', (text, complaint) => {
		expect(complaints({VKS_PEERS: text})).toEqual([`VKS_PEERS: ${complaint}`]);
	});

	test('the override for NETWORK does not reach peers', () => {
		expect(complaints({VKS_PEERS: 'eth1 8.8.8.8 tcp 443', VKS_ALLOW_UNSAFE_NETWORK: 'yes-i-know'})).toHaveLength(1);
	});
});

describe('VKS_GATEWAY', () => {
	test('takes interface and range', () => {
		expect(configOf({VKS_GATEWAY: 'eth1 172.31.0.0/24; eth0  fd00::5'}).gateway).toEqual([
			{interface: 'eth1', range: '172.31.0.0/24'},
			{interface: 'eth0', range: 'fd00::5/128'},
		]);
	});

	test.each([
		['eth1', 'eth1 is not an interface and a range'],
		['eth1 172.31.0.0/24 tcp', '"eth1 172.31.0.0/24 tcp" is not an interface and a range'],
		['lo 172.31.0.0/24', '"lo 172.31.0.0/24" does not name an interface that hosts are behind'],
		['eth1 nas', 'nas is a name: vks opens addresses only'],
		['eth1 0.0.0.0/0', '0.0.0.0/0 is every address: nothing would be refused'],
		['eth1 8.8.8.8', '8.8.8.8/32 is not private address space'],
		['eth1 10.0.0.1;eth1 10.0.0.1/32', '"eth1 10.0.0.1/32" is listed twice'],
	])('%s is refused', (text, complaint) => {
		expect(complaints({VKS_GATEWAY: text})).toEqual([`VKS_GATEWAY: ${complaint}`]);
	});

	test('the tunnel is no interface that hosts are behind', () => {
		expect(complaints({VKS_INTERFACE: 'wg0', VKS_GATEWAY: 'wg0 10.0.0.0/8'})).toEqual(['VKS_INTERFACE: wg0 is also an interface of VKS_GATEWAY']);
	});
});

describe('VKS_MANAGEMENT', () => {
	test('takes port and sources', () => {
		expect(configOf({VKS_MANAGEMENT: 'TCP 22 from 192.168.1.10 fd00::/64'}).management).toEqual({port: 22, from: ['192.168.1.10/32', 'fd00::/64']});
	});

	test.each([
		['22', '22 is not a management path'],
		['udp 22 from 10.0.0.1', '"udp 22 from 10.0.0.1" is not a management path'],
		['tcp 22', '"tcp 22" does not say from where'],
		['tcp 99999 from 10.0.0.1', '"tcp 99999 from 10.0.0.1" has a port that is not from 1 to 65535'],
		['tcp 22 from home.example.org', 'home.example.org is a name: vks opens addresses only'],
	])('%s is refused', (text, complaint) => {
		expect(complaints({VKS_MANAGEMENT: text})).toEqual([`VKS_MANAGEMENT: ${complaint}`]);
	});
});
