/** The namespace's resolv.conf: written in place (container engines bind-mount it, so it cannot be renamed over). */
import {renameSync, unlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {isRefusal, refusalAt} from '../access.ts';
import {makeFolder} from '../make-folder.ts';
import {parseIp, type IpAddress} from '../net/address.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {fileTrouble, readSmallFile, writeInPlace} from '../small-file.ts';

export type ResolvReading =
	| {readonly kind: 'names'; readonly nameservers: readonly IpAddress[]}
	| {readonly kind: 'missing'}
	| {readonly kind: 'unreadable'; readonly why: string};

export interface ResolvConf {
	/** The resolvers the file names now. */
	read(): ResolvReading;
	/** Makes it name these resolvers and nobody else; what stood before the first time is kept in the state folder. */
	point(resolvers: readonly IpAddress[]): Result<void, Problem>;
}

const header = '# Written by vks: look-ups go through the tunnel. The file before it is kept in vks\'s state folder.';

export const keptCopyIn = (stateFolder: string): string => join(stateFolder, 'resolv.conf.before');

export function resolvConf(path: string, stateFolder: string): ResolvConf {
	let pointed = false;
	return {
		read() {
			try {
				const text = readIfThere(path);
				return text === null ? {kind: 'missing'} : {kind: 'names', nameservers: parseNameservers(text)};
			} catch (error) {
				return {kind: 'unreadable', why: fileTrouble(error)};
			}
		},
		point(resolvers) {
			try {
				const before = readIfThere(path);
				// What somebody put there later is not what stood before vks; what an earlier vks wrote is not either.
				if (!pointed && before !== null && !before.startsWith(header)) {
					const trouble = keep(before, stateFolder);
					if (trouble !== null) return fail(notKept(path, stateFolder, trouble));
				}
				pointed = true;
				// An operator may have named them already, in a file that nobody can write.
				if (before !== null && areSame(parseNameservers(before), resolvers)) return ok(undefined);
				writeInPlace(path, `${[header, ...resolvers.map(resolver => `nameserver ${resolver}`)].join('\n')}\n`);
				return ok(undefined);
			} catch (error) {
				const refused = isRefusal(error) ? refusalAt(path, 'write') : null;
				return fail(notPointed(
					`${path} could not be pointed at the tunnel's resolvers: ${refused?.why ?? describe(error)}.`,
					`${refused?.next ?? 'Make it writable.'} Or set dns: ${resolvers.join(', ')} for the container.`,
				));
			}
		},
	};
}

/** Puts back what stood before vks, unless somebody has changed the file since: then it is theirs. */
export function restoreResolvConf(path: string, stateFolder: string): Result<'restored' | 'as before', Problem> {
	const copy = keptCopyIn(stateFolder);
	try {
		const [before, now] = [readIfThere(copy), readIfThere(path)];
		if (before === null) return fail(notRestored(`Nothing is kept in ${copy}, so ${path} was left alone.`, 'Write it by hand, or name the state folder that vks ran with in VKS_STATE_FOLDER.'));
		if (now === before) return ok('as before');
		if (now !== null && !now.startsWith(header)) return fail(notRestored(`${path} is not as vks wrote it: it was left alone.`, `Copy ${copy} over it by hand if that is what you want.`));
		writeInPlace(path, before);
		return ok('restored');
	} catch (error) {
		return fail(notRestored(`${path} could not be put back: ${describe(error)}.`, `Run it as root, where the file may be written; what stood before is kept in ${copy}.`));
	}
}

/** The same from what was read before vks began; null where there was no file. What could not be done, in words. */
export function takeBackResolvConf({path, text}: {readonly path: string; readonly text: string | null}): readonly string[] {
	try {
		const now = readIfThere(path);
		if (now === null || now === text || !now.startsWith(header)) return [];
		if (text === null) unlinkSync(path);
		else writeInPlace(path, text);
		return [];
	} catch (error) {
		return [`${path} could not be put back: ${describe(error)}`];
	}
}

/** What the firewall refuses has nothing to do with this file. */
const notRestored = (what: string, next: string): Problem => ({code: 'dns', severity: 'error', what, stillBlocking: 'unknown', next});

/** Look-ups are refused by the firewall, whatever the file says. */
const notPointed = (what: string, next: string): Problem => ({code: 'dns', severity: 'warning', what, stillBlocking: true, next: `Look-ups outside the tunnel stay refused, so names may not resolve. ${next}`});

function notKept(path: string, stateFolder: string, error: unknown): Problem {
	const refused = isRefusal(error) ? refusalAt(stateFolder, 'write') : null;
	return notPointed(
		`${path} was not pointed at the tunnel's resolvers, because what stands in it cannot be kept in the state folder ${stateFolder}: ${refused?.why ?? describe(error)}.`,
		refused?.next ?? 'Make the folder named by VKS_STATE_FOLDER writable, with room on its disk.',
	);
}

/** Beside and renamed over, so that a crash leaves the old copy or the new one. What went wrong, else null. */
function keep(text: string, stateFolder: string): unknown {
	const copy = keptCopyIn(stateFolder);
	try {
		makeFolder(stateFolder, 0o700);
		writeFileSync(`${copy}.next`, text, {mode: 0o600});
		renameSync(`${copy}.next`, copy);
		return null;
	} catch (error) {
		return error;
	}
}

function readIfThere(path: string): string | null {
	try {
		return readSmallFile(path);
	} catch (error) {
		if (fileTrouble(error) === 'ENOENT') return null;
		throw error;
	}
}

const areSame = (some: readonly IpAddress[], others: readonly IpAddress[]): boolean => some.every(one => others.includes(one)) && others.every(one => some.includes(one));

/** The path in Node's own message: it may be the state folder's. */
const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** resolv.conf(5): `nameserver` lines; a zone index is cut off, what is not an address is passed over. */
export function parseNameservers(text: string): readonly IpAddress[] {
	return text.split('\n').flatMap(line => {
		// An indented line is none to glibc.
		const [word, value = ''] = line.split(/\s+/);
		const address = word === 'nameserver' ? parseIp(value.split('%')[0] ?? '') : null;
		return address === null ? [] : [address];
	});
}
