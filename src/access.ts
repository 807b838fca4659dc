/**
 * Why root is refused a file: in a container without DAC_OVERRIDE (`--cap-drop ALL`) owner and mode count for root too, and what
 * the operator's own user made is closed to it.
 */
import {accessSync, constants, statSync} from 'node:fs';
import {dirname} from 'node:path';
import {errorCode} from './error-code.ts';
import {smallFileOrNull} from './small-file.ts';

export interface Owned {
	/** The file itself, or the folder above it that lets nobody look. */
	readonly path: string;
	readonly isItself: boolean;
	readonly uid: number;
	/** Permission bits. */
	readonly mode: number;
}

export interface Self {
	readonly uid: number;
	/** `CapEff`; null where it could not be read. */
	readonly capabilities: bigint | null;
}

/** For what was refused by owner or mode; null for any other trouble. */
export interface Refusal {
	/** `it belongs to uid 1000, mode 0600, and ...` */
	readonly why: string;
	readonly next: string;
}

/** Numbers of linux/capability.h. */
const DAC_OVERRIDE = 1n;
const DAC_READ_SEARCH = 2n;
const numbers = {KILL: 5n, SETGID: 6n, SETUID: 7n} as const;
const has = ({capabilities}: Self, bit: bigint): boolean => capabilities !== null && ((capabilities >> bit) & 1n) === 1n;

export function self(): Self {
	const found = /^CapEff:\s*([0-9a-f]+)$/m.exec(smallFileOrNull('/proc/self/status') ?? '')?.[1];
	return {uid: process.geteuid?.() ?? 0, capabilities: found === undefined ? null : BigInt(`0x${found}`)};
}

/** Those that it does not have; none where that could not be read, because what needs them says so itself. */
export const lacking = (by: Self, wanted: readonly (keyof typeof numbers)[]): readonly string[] => (by.capabilities === null ? [] : wanted.filter(name => !has(by, numbers[name])));

/** Never throws. */
export function ownedAt(path: string): Owned | null {
	for (let at = path; ; at = dirname(at)) {
		try {
			const {uid, mode} = statSync(at);
			return {path: at, isItself: at === path, uid, mode: mode & 0o7777};
		} catch (error) {
			if (errorCode(error) !== 'EACCES' || at === dirname(at)) return null;
		}
	}
}

export type Use = 'read' | 'write';

export const isRefusal = (error: unknown): boolean => ['EACCES', 'EPERM'].includes(errorCode(error) ?? '');

/** Asked of a file that was just refused. */
export const refusalAt = (path: string, use: Use): Refusal | null => refusal(ownedAt(path), use, self());

/** Why it may not be written to, asked without writing; null where it may, or where something else is in the way. */
export function refusedToWrite(path: string): Refusal | null {
	try {
		accessSync(path, constants.W_OK);
		return null;
	} catch (error) {
		return isRefusal(error) ? refusalAt(path, 'write') : null;
	}
}

/** Pure. */
export function refusal(owned: Owned | null, use: Use, by: Self): Refusal | null {
	if (owned === null || allows(owned, use, by)) return null;
	const {path, isItself, uid, mode} = owned;
	const place = shellWord(path);
	const override = use === 'read' ? 'DAC_READ_SEARCH' : 'DAC_OVERRIDE';
	const who = by.uid === 0 ? 'vks has no DAC_OVERRIDE (--cap-drop ALL)' : `vks runs as uid ${by.uid}`;
	const command = uid === by.uid ? `sudo chmod u+${use === 'read' ? 'r' : 'w'}${isItself ? '' : 'x'} ${place}` : `sudo chown ${by.uid} ${place}`;
	return {
		why: `${isItself ? 'it' : `the folder ${printable(path)}`} belongs to uid ${uid}, mode ${mode.toString(8).padStart(4, '0')}, and ${who}`,
		next: `Run \`${command}\` where it lies on the host${by.uid === 0 ? `, or give vks \`--cap-add ${override}\`` : ''}.`,
	};
}

/** Then it was something else, as a security module. What the group may is passed over. */
function allows({isItself, uid, mode}: Owned, use: Use, by: Self): boolean {
	if (by.uid === 0 && (has(by, DAC_OVERRIDE) || (use === 'read' && has(by, DAC_READ_SEARCH)))) return true;
	const needed = !isItself ? 0o1 : use === 'read' ? 0o4 : 0o2;
	return ((uid === by.uid ? mode >> 6 : mode) & needed) !== 0;
}

const printable = (path: string): string => path.replace(/\p{C}/gu, '\uFFFD');

/** For a message: what a terminal would obey is replaced. */
export function shellWord(path: string): string {
	const shown = printable(path);
	return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}
