/** The file an entrypoint loads and the text the daemon loads are one policy. */
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {bootScript} from '../../../src/policy/boot.ts';

test('container/blocked.nft is the boot table, byte for byte', () => {
	expect(readFileSync('container/blocked.nft', 'utf8')).toBe(bootScript);
});

test('it refuses by default in every direction and accepts loopback only', () => {
	const accepts = bootScript.split('\n').filter(line => line.endsWith('accept'));
	expect(accepts).toEqual(['add rule inet vks_boot input iifname "lo" accept', 'add rule inet vks_boot output oifname "lo" accept']);
	expect(bootScript.match(/policy drop/g)).toHaveLength(3);
});
