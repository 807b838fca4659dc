/** What a gateway answers when it is asked for a port. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {decodeMappingAnswer, encodeMappingRequest} from '../../src/tunnel/nat-pmp.ts';
import {checkCount, checkText} from './checks.ts';
import {brokenBytes} from './mutate.ts';
import {target, type FuzzTarget} from './target.ts';

const answers = ['008100000000000e100000a1b20000003c', '0081000000000e100000a1b20000003c', '0082000000000e100001a1b20000003c', '00810002000000070000000000000000', '0081'].map(hex => Buffer.from(hex, 'hex'));
const transports = ['udp', 'tcp'] as const;

export const portTargets: readonly FuzzTarget[] = [
	target('answers of NAT-PMP', fc.tuple(brokenBytes(answers), fc.constantFrom(...transports), fc.constantFrom(0, 1)), ([bytes, transport, internalPort]) => {
		const answer = decodeMappingAnswer(bytes, {transport, internalPort});
		if (answer === null) return;
		if (!answer.ok) return checkText(answer.error);
		assert.ok(answer.value.externalPort >= 1 && answer.value.externalPort <= 65_535);
		for (const number of [answer.value.internalPort, answer.value.lifetimeSeconds, answer.value.gatewayEpochSeconds]) checkCount(number);
		if (internalPort !== 0) assert.equal(answer.value.internalPort, internalPort);
	}),
	target('requests of NAT-PMP are no answers', fc.record({transport: fc.constantFrom(...transports), internalPort: fc.nat(65_535), suggestedPort: fc.nat(65_535), lifetimeSeconds: fc.nat(0xffff_ffff)}), request => {
		assert.equal(decodeMappingAnswer(encodeMappingRequest(request), request), null);
	}),
];
