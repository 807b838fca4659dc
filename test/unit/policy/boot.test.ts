/** The file an entrypoint loads and the text the daemon loads are one policy. */
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {bootDoor, bootDoorBackstop, bootScript} from '../../../src/policy/boot.ts';
import {portOf, range} from '../../helpers/situations.ts';

test('container/blocked.nft is the boot table, byte for byte', () => {
	expect(readFileSync('container/blocked.nft', 'utf8')).toBe(bootScript);
});

test('it refuses by default in every direction and accepts loopback only', () => {
	const accepts = bootScript.split('\n').filter(line => line.endsWith('accept'));
	expect(accepts).toEqual(['add rule inet vks_boot input iifname "lo" accept', 'add rule inet vks_boot output oifname "lo" accept']);
	expect(bootScript.match(/policy drop/g)).toHaveLength(3);
});

test('the operator\'s way in through it is one port from the ranges named, and answers by it', () => {
	const management = {port: portOf(22), from: [range('192.168.1.10'), range('fd00:1::/64'), range('10.0.0.0/8')]};
	expect(bootDoor(management).trimEnd().split('\n')).toEqual([
		'insert rule inet vks_boot input ip saddr { 192.168.1.10/32, 10.0.0.0/8 } tcp dport 22 counter accept',
		'insert rule inet vks_boot input ip6 saddr { fd00:1::/64 } tcp dport 22 counter accept',
		'insert rule inet vks_boot output ip daddr { 192.168.1.10/32, 10.0.0.0/8 } tcp sport 22 ct direction reply counter accept',
		'insert rule inet vks_boot output ip6 daddr { fd00:1::/64 } tcp sport 22 ct direction reply counter accept',
	]);
	expect(bootDoorBackstop(management)).toBe('insert rule netdev vks_boot egress ip daddr { 192.168.1.10/32, 10.0.0.0/8 } tcp sport 22 counter accept\ninsert rule netdev vks_boot egress ip6 daddr { fd00:1::/64 } tcp sport 22 counter accept\n');
	expect(bootDoor({...management, from: []})).toContain('input tcp dport 22');
});
