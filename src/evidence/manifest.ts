/** What the files of evidence were when they were written, in the format of `sha256sum`, which can check it. */
import {createHash} from 'node:crypto';

export const manifestName = 'manifest.sha256';

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

interface Named {
	readonly name: string;
	readonly text: string;
}

export const manifestOf = (files: readonly Named[]): string => files.map(({name, text}) => `${sha256(text)}  ${name}\n`).join('');

/** The sum that a manifest has for a file; null where it names none. */
export function sumIn(manifest: string, name: string): string | null {
	const line = manifest.split('\n').find(each => each.slice(66) === name);
	return line === undefined ? null : line.slice(0, 64);
}
