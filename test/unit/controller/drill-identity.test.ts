/** What the answers of those who are asked from where we come make of a drill. */
import {expect, test} from 'vitest';
import {identityProbes} from '../../../src/controller/drill-identity.ts';
import {parseIp, type IpAddress} from '../../../src/net/address.ts';

const ip = (text: string): IpAddress => {
	const address = parseIp(text);
	if (address === null) throw new Error(`${text} is no address`);
	return address;
};

test.each([
	['an address of the tunnel\'s exit', '198.51.100.9', 'held'],
	['the address of the uplink', '203.0.113.2', 'leaked'],
	['a private address, which nobody is seen by, though it is the uplink\'s', '172.17.0.2', 'not-possible'],
	['nothing', null, 'not-possible'],
])('%s', async (_name, answer, verdict) => {
	const [exit] = await identityProbes({
		use: {addresses: [], resolvers: []}, ours: [ip('203.0.113.2'), ip('172.17.0.2')], whoami: null, own: null, withinMs: 1000,
		exit: () => Promise.resolve(answer === null ? null : ip(answer)),
	});
	expect(exit?.verdict).toBe(verdict);
});
