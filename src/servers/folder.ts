/** The catalogue that is a folder of WireGuard and OpenVPN files: one entry per file, and no file spoils another. */
import {join} from 'node:path';
import {confProblem} from '../tunnel/conf-report.ts';
import {filesBeside} from '../tunnel/openvpn/collect.ts';
import {parseOvpn, type Beside} from '../tunnel/openvpn/conf.ts';
import {parseOvpnLines} from '../tunnel/openvpn/lines.ts';
import {parseWireguardConf} from '../tunnel/wireguard-conf.ts';
import {isRefusal, refusalAt, shellWord, type Refusal} from '../access.ts';
import {fail, ok, type Result} from '../result.ts';
import {errorCode, realFiles, type FileRead, type FolderFiles} from './folder-files.ts';
import {isServerFile, serverEnding} from './server-file.ts';
import type {Problem} from '../problem.ts';
import type {Server, ServerEntry} from '../tunnel/tunnel.ts';

// A provider's file is below 1 KiB, or below 20 with certificates; more than this is none.
const mostKib = {conf: 64, ovpn: 256} as const;
/** Every snapshot holds them all. The archive of some providers holds fourteen thousand. */
const mostServers = 1000;
const atOnce = 16;
/** A certificate, a key, or a user and a password. */
const mostBesideKib = 64;

export async function readServerFolder(folder: string, files: FolderFiles = realFiles): Promise<Result<readonly ServerEntry[], Problem>> {
	const listed = await listFolder(folder, files);
	if (!listed.ok) return listed;
	const names = listed.value.filter(isServerFile).toSorted();
	if (names.length === 0) {
		return fail(noServer(`There is no .conf or .ovpn file in ${printable(folder)}.`, `Put WireGuard or OpenVPN files there, or set VKS_TUNNEL_FOLDER to the folder that holds them.`));
	}
	const ids = uniqueIds(names);
	const candidates = names.slice(0, mostServers).map((name, index) => ({id: ids[index] ?? name, folder, path: join(folder, name), name}));
	const entries: ServerEntry[] = [];
	// So many at a time, because each holds a descriptor and a buffer.
	for (let from = 0; from < candidates.length; from += atOnce) {
		entries.push(...(await Promise.all(candidates.slice(from, from + atOnce).map(candidate => readEntry(candidate, files)))));
	}
	return ok(names.length > mostServers ? [...entries, tooMany(folder, names.length)] : entries);
}

/** The last row, so that whoever misses a server reads why. */
const tooMany = (folder: string, count: number): ServerEntry => ({
	ok: false,
	id: `${count - mostServers} more`,
	problem: confProblem(`${printable(folder)} holds ${count} server files, and vks takes the first ${mostServers} by name.`, 'Remove those that you do not use.'),
});

async function listFolder(folder: string, files: FolderFiles): Promise<Result<readonly string[], Problem>> {
	try {
		return ok(await files.list(folder));
	} catch (error) {
		const code = errorCode(error);
		const why = code === 'ENOENT' ? 'does not exist' : code === 'ENOTDIR' ? 'is not a folder' : code === 'EACCES' ? 'may not be read' : `cannot be read (${code})`;
		const refused = isRefusal(error) ? refusalAt(folder, 'read') : null;
		if (refused !== null) return fail(noServer(`The tunnel folder ${printable(folder)} ${why}: ${refused.why}.`, refused.next));
		return fail(noServer(`The tunnel folder ${printable(folder)} ${why}.`, 'Set VKS_TUNNEL_FOLDER to a readable folder of WireGuard .conf or OpenVPN .ovpn files, or mount one there.'));
	}
}

interface Candidate {
	readonly id: string;
	readonly name: string;
	readonly folder: string;
	readonly path: string;
}

const kindOf = (name: string): 'conf' | 'ovpn' => (/\.ovpn$/i.test(name) ? 'ovpn' : 'conf');

async function readEntry({id, name, folder, path}: Candidate, files: FolderFiles): Promise<ServerEntry> {
	const kind = kindOf(name);
	const read = await files.read(path, mostKib[kind] * 1024);
	const file = printable(name);
	if (read.kind !== 'text') return {ok: false, id, problem: unusable(file, read, kind)};
	if (kind === 'conf') return entryOf({id, file}, parseWireguardConf({id, file, text: read.text, changedAtMs: read.changedAtMs}), accessNotes([{file, path, read}], files.uid()));
	const beside = await readBeside(folder, read.text, files);
	const texts = new Map([...beside].map(([named, found]) => [named, besideOf(found)]));
	const secret = [...beside].map(([named, found]) => ({file: printable(named), path: join(folder, named), read: found}));
	return entryOf({id, file}, parseOvpn({id, file, text: read.text, beside: texts, changedAtMs: read.changedAtMs}), accessNotes([{file, path, read}, ...secret], files.uid()));
}

function entryOf<S extends Server>({id, file}: {readonly id: string; readonly file: string}, parsed: Result<S, readonly Problem[]>, notes: readonly string[]): ServerEntry {
	return parsed.ok ? {ok: true, server: {...parsed.value, notes: [...parsed.value.notes, ...notes]}} : {ok: false, id, problem: oneProblem(file, parsed.error)};
}

/**
 * Who else may read it, which matters where it may hold a secret (certificates do not), and who else may change it, who then
 * decides where everything goes. Told and not refused: files that are mounted into a container often are somebody else's there.
 * The owner comes first in what to do: a file of another's that only its owner may read is closed to a vks without DAC_OVERRIDE.
 */
function accessNotes(found: readonly {readonly file: string; readonly path: string; readonly read: FileRead}[], own: number): readonly string[] {
	return found.flatMap(({file, path, read}) => {
		if (read.kind !== 'text') return [];
		const place = shellWord(path);
		const readable = (read.mode & 0o044) !== 0 && !/\.(?:crt|cer)$/i.test(path);
		const changeable = (read.mode & 0o022) !== 0;
		const by = readable && changeable ? 'read and changed' : readable ? 'read' : 'changed';
		const open = readable || changeable ? [`can be ${by} by others (mode ${read.mode.toString(8).padStart(4, '0')})`] : [];
		const anothers = read.uid !== own && read.uid !== 0 ? [`belongs to uid ${read.uid}, who can change it`] : [];
		const what = [...open, ...anothers].join(' and ');
		const todo = [...(read.uid === own || (anothers.length === 0 && open.length === 0) ? [] : [`sudo chown ${own} ${place}`]), ...(open.length === 0 ? [] : [`chmod 600 ${place}`])];
		return what === '' ? [] : [`${file} ${what}: ${todo.join(' && ').replace('&& chmod', '&& sudo chmod')}`];
	});
}

/** The files that an .ovpn file names; plain names only, so nothing outside the folder. */
async function readBeside(folder: string, text: string, files: FolderFiles): Promise<ReadonlyMap<string, FileRead>> {
	const names = filesBeside(parseOvpnLines(text));
	return new Map(await Promise.all(names.map(async named => [named, await files.read(join(folder, named), mostBesideKib * 1024)] as const)));
}

function besideOf(read: FileRead): Beside {
	switch (read.kind) {
		case 'text':
			return {kind: 'text', text: read.text};
		case 'too-large':
			return {kind: 'unreadable', why: `is larger than ${mostBesideKib} KiB`};
		case 'not-a-file':
			return {kind: 'unreadable', why: 'is not a regular file'};
		case 'unreadable':
			return {kind: 'unreadable', why: read.code === 'ENOENT' ? 'is not there' : `cannot be read (${read.code})${read.refused ? `: ${read.refused.why}` : ''}`};
	}
}

function unusable(file: string, read: Exclude<FileRead, {kind: 'text'}>, kind: 'conf' | 'ovpn'): Problem {
	switch (read.kind) {
		case 'too-large':
			return confProblem(`${file} is larger than ${mostKib[kind]} KiB, which no ${kind === 'conf' ? 'WireGuard' : 'OpenVPN'} file is.`, 'Replace it with the file the provider gave.');
		case 'not-a-file':
			return confProblem(`${file} is not a regular file.`, 'Replace it with the file the provider gave.');
		case 'unreadable':
			return unreadable(file, read.code, read.refused ?? null);
	}
}

function unreadable(file: string, code: string, refused: Refusal | null): Problem {
	if (refused !== null) return confProblem(`${file} cannot be read (${code}): ${refused.why}.`, refused.next);
	return confProblem(`${file} cannot be read (${code}).`, code === 'ENOENT' ? 'It is a link to nothing: mend or remove it.' : 'Make it readable for the user vks runs as.');
}

/** An entry carries one problem: several in one file are told in one, in the order of the lines. */
function oneProblem(file: string, problems: readonly Problem[]): Problem {
	const [first, ...more] = problems;
	if (first === undefined) return confProblem(`${file} cannot be used.`, 'Replace it with the file the provider gave.');
	if (more.length === 0) return first;
	const told = problems.map(({what}) => (what.startsWith(file) ? what.slice(file.length).replace(/^:? /, '') : what));
	return confProblem(`${file} has ${problems.length} problems: ${told.join(' ')}`, problems.map(problem => problem.next).join(' '));
}

const noServer = (what: string, next: string): Problem => ({code: 'no-server', severity: 'error', what, stillBlocking: true, next});

/** A file's name may hold anything but `/`: what a terminal would obey is replaced. */
const printable = (text: string): string => text.replace(/\p{C}/gu, '\uFFFD');

/** `a.conf` and `a.CONF`, or `a.ovpn`, must not become one server: whoever comes second keeps its whole name. */
function uniqueIds(names: readonly string[]): readonly string[] {
	const taken = new Set<string>();
	return names.map(name => {
		const short = printable(name.replace(serverEnding, ''));
		let id = taken.has(short) ? printable(name) : short;
		for (let count = 2; taken.has(id); count++) id = `${short}~${count}`;
		taken.add(id);
		return id;
	});
}
