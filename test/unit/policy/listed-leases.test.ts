/** What nft says a lease holds. */
import {expect, test} from 'vitest';
import {holdsNoMore, leaseName, nftProtocol, type Lease} from '../../../src/policy/lease.ts';
import {parseListing} from '../../../src/policy/listing.ts';
import type {Protocol} from '../../../src/policy/policy.ts';

const lease = (protocol: Protocol): Lease => ({name: leaseName('dial-1'), protocol, untilMs: 30_000, forMs: 30_000});
const held = (elem: unknown) => parseListing({nftables: [{set: {name: 'lease-dial-1', type: 'inet_proto', flags: ['timeout'], elem}}]}).leases.get('lease-dial-1');
const holds = (protocol: Protocol, val: unknown, expires = 29): boolean => {
	const set = held([{elem: {val, expires}}]);
	return set !== undefined && holdsNoMore(lease(protocol), set, 0);
};

test.each([['tcp', 6], ['udp', 17], ['icmp', 1], ['icmpv6', 58]] as const)('%s is the same by its name and, where nobody has names, by its number', (protocol, number) => {
	expect(holds(protocol, nftProtocol(protocol))).toBe(true);
	expect(holds(protocol, number)).toBe(true);
});

test('another protocol, and a time longer than granted, is more', () => {
	expect(holds('udp', 6)).toBe(false);
	expect(holds('udp', 132)).toBe(false);
	expect(holds('udp', 'tcp')).toBe(false);
	expect(holds('udp', 17, 90)).toBe(false);
});
