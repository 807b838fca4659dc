/** NETWORK and VKS_DNS: which addresses may be opened, and what is said about the others. */
import {describe, expect, test} from 'vitest';
import {complaints, configOf, problemsOf} from './say.ts';

const override = {VKS_ALLOW_UNSAFE_NETWORK: 'yes-i-know'};

describe('NETWORK', () => {
	test.each([
		['192.168.1.0/24', ['192.168.1.0/24']],
		['192.168.1.77/24;10.0.0.0/8', ['10.0.0.0/8', '192.168.1.0/24']],
		['10.0.0.0/9 , 10.128.0.0/9', ['10.0.0.0/8']],
		['10.0.0.0/8,10.1.0.0/16;10.0.0.0/8;', ['10.0.0.0/8']],
		['192.168.1.5\n192.168.1.4\n', ['192.168.1.4/31']],
		['100.64.0.0/10;169.254.0.0/16;172.16.0.0/12', ['100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12']],
		['fd00:1::/64,fe80::/64', ['fd00:1::/64', 'fe80::/64']],
		[' ; , ', []],
	])('%j opens %j', (text, network) => {
		expect(configOf({NETWORK: text})).toMatchObject({network, unsafeNetwork: []});
		expect(configOf({VKS_NETWORK: text})).toMatchObject({network});
	});

	test.each([
		['example.com', 'NETWORK: example.com is a name: vks opens addresses only'],
		['nas.lan/24', 'NETWORK: nas.lan/24 is a name: vks opens addresses only'],
		['localhost', 'NETWORK: localhost is a name: vks opens addresses only'],
		['10.0.0.0/33', 'NETWORK: 10.0.0.0/33 is not an address range'],
		['10.0.0.0/8 192.168.0.0/16', 'NETWORK: "10.0.0.0/8 192.168.0.0/16" is not an address range'],
		['127.0.0.11', 'NETWORK: 127.0.0.11 is loopback, which is always open'],
		['::1', 'NETWORK: ::1 is loopback, which is always open'],
		['0.0.0.0/0', 'NETWORK: 0.0.0.0/0 is every address: nothing would be refused'],
		['::/0', 'NETWORK: ::/0 is every address: nothing would be refused'],
		['10.0.0.0/7', 'NETWORK: 10.0.0.0/7 is wider than /8'],
		['fd00::/8', 'NETWORK: fd00::/8 is wider than /16'],
		['8.8.8.8', 'NETWORK: 8.8.8.8/32 is not private address space'],
		['172.0.0.0/8', 'NETWORK: 172.0.0.0/8 is not private address space'],
		// Begins in private space and goes on after its end.
		['192.168.0.0/15', 'NETWORK: 192.168.0.0/15 is not private address space'],
		['100.64.0.0/9', 'NETWORK: 100.0.0.0/9 is not private address space'],
		['2001:db8::/32', 'NETWORK: 2001:db8::/32 is not private address space'],
		['239.255.255.250', 'NETWORK: 239.255.255.250/32 is not private address space'],
		['::ffff:10.0.0.0/104', 'NETWORK: ::ffff:10.0.0.0/104 is not private address space'],
		// Each is narrow enough; together they are not.
		['fd00::/16,fd01::/16', 'NETWORK: fd00::/15 is wider than /16'],
		['0.0.0.0/1;128.0.0.0/1', 'NETWORK: 0.0.0.0/1 is wider than /8', 'NETWORK: 128.0.0.0/1 is wider than /8'],
	])('%s is refused', (text, ...expected) => {
		expect(complaints({NETWORK: text})).toEqual(expected);
	});

	test('a public range is a problem of its own kind and names the override', () => {
		expect(problemsOf({NETWORK: '8.8.8.8'})).toEqual([
			{
				setting: 'NETWORK',
				where: 'environment',
				value: '8.8.8.8/32',
				wrong: 'is not private address space',
				right: 'Name the private ranges you use, at least /8 (IPv4) or /16 (IPv6) long; VKS_ALLOW_UNSAFE_NETWORK=yes-i-know opens it all the same.',
				code: 'public-network',
			},
		]);
	});

	test('the override opens what would be refused, and says what it opened', () => {
		expect(configOf({...override, NETWORK: '8.8.8.8;10.0.0.0/8'})).toMatchObject({network: ['8.8.8.8/32', '10.0.0.0/8'], unsafeNetwork: ['8.8.8.8/32']});
		expect(configOf({...override, NETWORK: '0.0.0.0/0;::/0;10.0.0.0/8'})).toMatchObject({network: ['0.0.0.0/0', '::/0'], unsafeNetwork: ['0.0.0.0/0', '::/0']});
	});

	test('an override nobody needs is fine', () => {
		expect(configOf({...override, NETWORK: '10.0.0.0/8'})).toMatchObject({network: ['10.0.0.0/8'], unsafeNetwork: []});
	});

	test('no override opens a name, loopback or nonsense', () => {
		expect(complaints({...override, NETWORK: 'example.com,127.0.0.0/8,x/y'})).toHaveLength(3);
	});

	test('two names with two values contradict each other', () => {
		expect(complaints({NETWORK: '10.0.0.0/8', VKS_NETWORK: '10.0.0.0/9'})).toEqual(['VKS_NETWORK: 10.0.0.0/9 contradicts NETWORK']);
		expect(complaints({NETWORK: '10.0.0.0/8', VKS_NETWORK: ' 10.0.0.0/8'})).toEqual([]);
	});
});

describe('VKS_DNS', () => {
	test('keeps the order asked for, each once', () => {
		expect(configOf({VKS_DNS: '10.64.0.1; fc00:bbbb::0001, 1.1.1.1;10.64.0.1'}).resolvers).toEqual(['10.64.0.1', 'fc00:bbbb::1', '1.1.1.1']);
	});

	test.each([
		['dns.example.com', 'VKS_DNS: dns.example.com is a name: vks opens addresses only'],
		['1.1.1.1:53', 'VKS_DNS: 1.1.1.1:53 is not an address'],
		['1.1.1.1/32', 'VKS_DNS: 1.1.1.1/32 is not an address'],
		['127.0.0.11', 'VKS_DNS: 127.0.0.11 is loopback, not behind the tunnel'],
		['::1', 'VKS_DNS: ::1 is loopback, not behind the tunnel'],
		['0.0.0.0', 'VKS_DNS: 0.0.0.0 cannot be the address of a resolver'],
		['224.0.0.251', 'VKS_DNS: 224.0.0.251 cannot be the address of a resolver'],
		['fe80::1', 'VKS_DNS: fe80::1 cannot be the address of a resolver'],
		['::ffff:1.1.1.1', 'VKS_DNS: ::ffff:1.1.1.1 cannot be the address of a resolver'],
	])('%s is refused', (text, complaint) => {
		expect(complaints({VKS_DNS: text})).toEqual([complaint]);
	});
});
