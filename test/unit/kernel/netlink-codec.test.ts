import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {attribute, attributeMap, nested, readAttributes, readText, readU32, readU32be, textAttribute, u32, u32Attribute, u32beAttribute} from '../../../src/kernel/netlink/attributes.ts';
import {encodeMessage, isInterrupted, NLM_F_ACK, NLM_F_REQUEST, NLMSG_ERROR, parseMessages, readAck} from '../../../src/kernel/netlink/message.ts';

const bytes = fc.uint8Array({maxLength: 64}).map(array => Buffer.from(array));

describe('attributes', () => {
	test('are padded to four bytes and carry their unpadded length', () => {
		expect(attribute(3, Buffer.from('ab')).toString('hex')).toBe('06000300' + '61620000');
	});

	test('numbers go in host order for rtnetlink and in network order for nfnetlink', () => {
		expect(u32Attribute(1, 0xca6c).toString('hex')).toBe('080001006cca0000');
		expect(u32beAttribute(1, 6).toString('hex')).toBe('0800010000000006');
		expect([readU32(u32(7)), readU32be(Buffer.from([0, 0, 0, 7])), readU32(Buffer.alloc(2))]).toEqual([7, 7, null]);
	});

	test('nesting is flagged in the type and read without the flag', () => {
		const [outer] = readAttributes(nested(4, textAttribute(1, 'eth0'), textAttribute(1, 'eth1')));
		expect(outer?.type).toBe(4);
		expect(readAttributes(outer?.value ?? Buffer.alloc(0)).map(({value}) => readText(value))).toEqual(['eth0', 'eth1']);
	});

	test('what is written is read back', () => {
		fc.assert(
			fc.property(fc.array(fc.record({type: fc.integer({min: 0, max: 0x3fff}), value: bytes}), {maxLength: 8}), attributes => {
				const written = Buffer.concat(attributes.map(({type, value}) => attribute(type, value)));
				expect(readAttributes(written).map(({type, value}) => [type, value.toString('hex')])).toEqual(attributes.map(({type, value}) => [type, value.toString('hex')]));
			}),
		);
	});

	test('arbitrary bytes are read to an end without throwing', () => {
		fc.assert(fc.property(fc.uint8Array({maxLength: 300}), array => void attributeMap(Buffer.from(array))));
	});
});

describe('messages', () => {
	test('what is written is read back, several to a datagram', () => {
		fc.assert(
			fc.property(fc.array(fc.record({type: fc.integer({min: 16, max: 0xffff}), body: bytes}), {maxLength: 6}), requests => {
				const datagram = Buffer.concat(requests.map(({type, body}, index) => encodeMessage({type, body, flags: NLM_F_REQUEST}, index)));
				const read = parseMessages(datagram);
				expect(read.map(({type, sequence, flags, body}) => [type, sequence, flags, body.toString('hex')])).toEqual(
					requests.map(({type, body}, index) => [type, index, NLM_F_REQUEST, body.toString('hex')]),
				);
			}),
		);
	});

	test('arbitrary bytes are read to an end without throwing', () => {
		fc.assert(
			fc.property(fc.uint8Array({maxLength: 300}), array => {
				for (const message of parseMessages(Buffer.from(array))) readAck(message);
			}),
		);
	});

	const error = (errno: number, flags: number, tail: Buffer = Buffer.alloc(0)) => {
		const echoed = Buffer.alloc(16);
		echoed.writeUInt32LE(16, 0);
		const [message] = parseMessages(encodeMessage({type: NLMSG_ERROR, flags, body: Buffer.concat([u32(-errno), echoed, tail])}, 5));
		return message;
	};

	test('an acknowledgement is errno 0, an error is its positive errno', () => {
		for (const errno of [0, 1]) {
			const message = error(errno, NLM_F_ACK);
			expect(message && readAck(message)).toEqual({errno, detail: null});
		}
	});

	test("the kernel's own sentence is taken from an extended acknowledgement", () => {
		const message = error(22, 0x300, textAttribute(1, 'Nexthop has invalid gateway'));
		expect(message && readAck(message)).toEqual({errno: 22, detail: 'Nexthop has invalid gateway'});
	});

	test('a torn dump says so in its flags', () => {
		const [torn, whole] = parseMessages(Buffer.concat([encodeMessage({type: 16, flags: 0x12, body: Buffer.alloc(0)}, 1), encodeMessage({type: 16, flags: 2, body: Buffer.alloc(0)}, 1)]));
		expect([torn && isInterrupted(torn), whole && isInterrupted(whole)]).toEqual([true, false]);
	});
});
