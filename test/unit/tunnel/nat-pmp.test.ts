import fc from 'fast-check';
import {expect, test} from 'vitest';
import {decodeMappingAnswer, encodeMappingRequest} from '../../../src/tunnel/nat-pmp.ts';

const asked = {transport: 'udp', internalPort: 1} as const;
const answer = (hex: string) => decodeMappingAnswer(Buffer.from(hex.replaceAll(' ', ''), 'hex'), asked);

test('a request is the twelve bytes of RFC 6886, section 3.3', () => {
	expect(encodeMappingRequest({...asked, suggestedPort: 0, lifetimeSeconds: 60}).toString('hex')).toBe('00010000000100000000003c'.padEnd(24, '0').length === 24 ? '00010000000100000000003c' : '');
	expect(encodeMappingRequest({transport: 'tcp', internalPort: 0x1234, suggestedPort: 0x5678, lifetimeSeconds: 0}).toString('hex')).toBe('000200001234567800000000');
});

test('an answer names the port and for how long', () => {
	expect(answer('00 81 0000 00000e10 0001 a1b2 0000003c')).toEqual({
		ok: true, value: {transport: 'udp', internalPort: 1, externalPort: 0xa1b2, lifetimeSeconds: 60, gatewayEpochSeconds: 3600},
	});
});

test.each([
	['00 81 0002 00000e10', 'the gateway gives this account or server no port'],
	['00 81 0004 00000e10 0001 0000 00000000', 'the gateway is out of ports'],
	['00 81 0063', 'the gateway refused with code 99'],
	['00 81 0000 00000e10 0001 0000 0000003c', 'the gateway answered without a port'],
])('a refusal says why: %s', (hex, error) => {
	expect(answer(hex)).toEqual({ok: false, error});
});

test.each(['', '00', '01 81 0000 00000e10 0001 a1b2 0000003c', '00 82 0000 00000e10 0001 a1b2 0000003c', '00 81 0000 00000e10 0002 a1b2 0000003c', '00 81 0000 00000e10 0001 a1'])(
	'what answers something else is nobody\'s: %s', hex => expect(answer(hex)).toBeNull(),
);

test('no datagram throws', () => {
	fc.assert(fc.property(fc.uint8Array({maxLength: 32}), bytes => void decodeMappingAnswer(bytes, asked)));
});
