/** The lines of a file that pieces change, as a diff without context: what stands around them, and even beside them, may be a secret. Pure. */
import {unifiedDiff} from './diff.ts';
import type {FileStep} from './step.ts';

/** What an entry of `ports:` is made of, and no word besides. */
const plain = /^(?:ports:|host_ip:|target:|published:|protocol:|mode:|host\b|ingress\b|["']?[\d.:/-]+(?:tcp|udp|sctp)?["']?|(?:tcp|udp|sctp)\b|[\s[\]{},'"-])*$/;

export function shownLines(name: string, text: string, pieces: FileStep['pieces']): readonly string[] {
	const [before, after] = (['old', 'new'] as const).map(which => {
		let out = '';
		let from = 0;
		for (const piece of pieces) {
			out += besides(text, from, piece.at) + piece[which];
			from = piece.at + piece.old.length;
		}
		return (out + besides(text, from, text.length)).split(/\r?\n/);
	});
	return unifiedDiff(name, before ?? [], after ?? [], 0);
}

/** What stands between two pieces: the lines that touch one are shown by what is plain in them, the others differ in nothing. */
function besides(text: string, from: number, to: number): string {
	const lines = text.slice(from, to).split('\n');
	return lines.map((line, index) => ((index === 0 && from > 0) || (index === lines.length - 1 && to < text.length) ? shown(line) : line)).join('\n');
}

function shown(line: string): string {
	const [code = '', comment] = line.split(/(?<=^|\s)#(.*)/s);
	return `${plain.test(code) ? code : '…'}${comment === undefined ? '' : '#…'}`;
}
