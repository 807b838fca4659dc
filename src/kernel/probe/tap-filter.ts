/** PURE: the classic BPF program (linux/filter.h) that keeps a tap small: nothing large, nothing that comes in. */
import type {TapOptions} from '../kernel.ts';

/** Ancillary data (SKF_AD_OFF): fields of the packet that are not among its bytes. */
const ancillary = 0xffff_f000;
const packetType = ancillary + 4;
const interfaceIndex = ancillary + 8;
const mark = ancillary + 20;
/** linux/if_packet.h. */
const PACKET_OUTGOING = 4;

const loadWord = 0x20;
const loadLength = 0x80;
const jumpEqual = 0x15;
const jumpGreater = 0x25;
const answer = 0x06;

/** Probes are shorter. What carries data is not: a busy link must not flood the tap. */
export const largestFrame = 400;
/** Below what a WireGuard data packet over Ethernet and IPv4 has at least (14 + 20 + 8 + 32 + 32), above a probe with the tunnel's mark. */
const largestMarked = 100;

interface Step {
	readonly code: number;
	readonly value: number;
	/** Where a jump goes; a step without either falls through. */
	readonly yes?: 'next' | 'keep' | 'drop';
	readonly no?: 'next' | 'keep' | 'drop';
}

export function tapFilter({ignore, tunnelMark}: TapOptions): Buffer {
	const steps: readonly Step[] = [
		{code: loadWord, value: packetType},
		{code: jumpEqual, value: PACKET_OUTGOING, yes: 'next', no: 'drop'},
		{code: loadLength, value: 0},
		{code: jumpGreater, value: largestFrame, yes: 'drop', no: 'next'},
		{code: loadWord, value: interfaceIndex},
		...ignore.map((index): Step => ({code: jumpEqual, value: index, yes: 'drop', no: 'next'})),
		{code: loadWord, value: mark},
		{code: jumpEqual, value: tunnelMark, yes: 'next', no: 'keep'},
		{code: loadLength, value: 0},
		{code: jumpGreater, value: largestMarked, yes: 'drop', no: 'keep'},
		{code: answer, value: largestFrame},
		{code: answer, value: 0},
	];
	const keep = steps.length - 2;
	const program = Buffer.alloc(steps.length * 8);
	steps.forEach(({code, value, yes = 'next', no = 'next'}, at) => {
		// Jumps count from the next instruction.
		const distance = (target: 'next' | 'keep' | 'drop'): number => (target === 'next' ? 0 : keep + (target === 'drop' ? 1 : 0) - at - 1);
		program.writeUInt16LE(code, at * 8);
		program.writeUInt8(distance(yes), at * 8 + 2);
		program.writeUInt8(distance(no), at * 8 + 3);
		program.writeUInt32LE(value, at * 8 + 4);
	});
	return program;
}
