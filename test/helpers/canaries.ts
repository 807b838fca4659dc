/**
 * Where a secret is that should be nowhere. Each is looked for as it is, cut off, and as other programs would write it; what is
 * found is told by name, and never repeated.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {processesInside} from '../../lab/processes.ts';

export interface Canary {
	readonly name: string;
	readonly value: string;
}

export interface Place {
	readonly name: string;
	readonly text: string;
}

/** Enough to be no accident, and little enough that half of a secret is found too. */
const least = 12;

/** The beginning and the end of a secret: plain, escaped for JSON once and twice, in a URL, as hexadecimal and as base64. */
export function spellingsOf(value: string): readonly string[] {
	const plain = [value.slice(0, least), value.slice(-least)];
	const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);
	const bytes = Buffer.from(value);
	const key = Buffer.from(value, 'base64');
	// A WireGuard key is base64 itself; wireguard-go is told it in hexadecimal.
	const isKey = key.length === 32 && key.toString('base64') === value;
	const hexes = [bytes, ...(isKey ? [key] : [])].map(each => each.toString('hex').slice(0, least * 2));
	return [...new Set([...plain, ...plain.map(escaped), ...plain.map(text => escaped(escaped(text))), ...plain.map(encodeURIComponent), ...hexes, ...hexes.map(text => text.toUpperCase()), ...base64sOf(bytes)])];
}

/** What does not depend on what stands before and behind it, for each place within three bytes that it may begin at. */
function base64sOf(bytes: Buffer): readonly string[] {
	return [0, 1, 2].flatMap(before => {
		const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64').slice(before === 0 ? 0 : 4, before === 0 ? 16 : 20);
		return [text, text.replaceAll('+', '-').replaceAll('/', '_')];
	});
}

/** Each place that holds one, with the names of those it holds. */
export function findCanaries(canaries: readonly Canary[], places: readonly Place[]): readonly string[] {
	const wanted = canaries.map(({name, value}) => ({name, spellings: spellingsOf(value)}));
	return places.flatMap(({name: place, text}) => wanted.filter(({spellings}) => spellings.some(spelling => text.includes(spelling))).map(({name}) => `${place}: ${name}`));
}

/** Every file below the folders, its own name included. */
export const filesIn = (...folders: readonly string[]): readonly Place[] => folders.flatMap(filesBelow).map(path => ({name: path, text: `${path}\n${readOrNothing(path)}`}));

function filesBelow(folder: string): readonly string[] {
	try {
		return readdirSync(folder, {withFileTypes: true}).flatMap(entry => {
			const path = join(folder, entry.name);
			return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
		});
	} catch {
		return [];
	}
}

/**
 * Arguments and environment of every process in a network namespace. One that `except` forked and that has not yet become
 * another program still shows that one's memory, arguments too, and is left out as it is.
 */
export function processesIn(namespace: string, except: number): readonly Place[] {
	const own = readOrNothing(`/proc/${except}/cmdline`);
	return processesInside([namespace]).flatMap(({pid}) => {
		const [before, environ, after] = ['cmdline', 'environ', 'cmdline'].map(what => readOrNothing(`/proc/${pid}/${what}`));
		const itself = before === own || after === own;
		return [{name: `cmdline ${pid}`, text: after ?? ''}, ...(itself ? [] : [{name: `environ ${pid}`, text: environ ?? ''}])];
	});
}

export function readOrNothing(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}
