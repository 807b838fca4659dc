/** The catalogue that is a folder of WireGuard files: one entry per file, and no file spoils another. */
import {join} from 'node:path';
import {confProblem} from '../tunnel/conf-report.ts';
import {parseWireguardConf} from '../tunnel/wireguard-conf.ts';
import {fail, ok, type Result} from '../result.ts';
import {errorCode, realFiles, type FileRead, type FolderFiles} from './folder-files.ts';
import type {Problem} from '../problem.ts';
import type {ServerEntry} from '../tunnel/tunnel.ts';

// A provider's file is below 1 KiB; more than this is not a WireGuard file.
const mostBytes = 64 * 1024;

export async function readServerFolder(folder: string, files: FolderFiles = realFiles): Promise<Result<readonly ServerEntry[], Problem>> {
	const listed = await listFolder(folder, files);
	if (!listed.ok) return listed;
	// Hidden files are editors' and Kubernetes' own (`..data`).
	const names = listed.value.filter(name => /\.conf$/i.test(name) && !name.startsWith('.')).toSorted();
	if (names.length === 0) {
		return fail(noServer(`There is no .conf file in ${printable(folder)}.`, `Put WireGuard files there, or set VKS_TUNNEL_FOLDER to the folder that holds them.`));
	}
	const ids = uniqueIds(names);
	return ok(await Promise.all(names.map(async (name, index) => readEntry({id: ids[index] ?? name, path: join(folder, name), name}, files))));
}

async function listFolder(folder: string, files: FolderFiles): Promise<Result<readonly string[], Problem>> {
	try {
		return ok(await files.list(folder));
	} catch (error) {
		const code = errorCode(error);
		const why = code === 'ENOENT' ? 'does not exist' : code === 'ENOTDIR' ? 'is not a folder' : code === 'EACCES' ? 'may not be read' : `cannot be read (${code})`;
		return fail(noServer(`The tunnel folder ${printable(folder)} ${why}.`, 'Set VKS_TUNNEL_FOLDER to a readable folder of WireGuard .conf files, or mount one there.'));
	}
}

interface Candidate {
	readonly id: string;
	readonly name: string;
	readonly path: string;
}

async function readEntry({id, name, path}: Candidate, files: FolderFiles): Promise<ServerEntry> {
	const read = await files.read(path, mostBytes);
	const file = printable(name);
	if (read.kind !== 'text') return {ok: false, id, problem: unusable(file, read)};
	const parsed = parseWireguardConf({id, file, text: read.text, changedAtMs: read.changedAtMs});
	if (!parsed.ok) return {ok: false, id, problem: oneProblem(file, parsed.error)};
	const open = (read.mode & 0o077) !== 0;
	const note = `${file} can be read by others (mode ${read.mode.toString(8).padStart(4, '0')}): chmod 600 ${shellWord(printable(path))}`;
	return {ok: true, server: open ? {...parsed.value, notes: [...parsed.value.notes, note]} : parsed.value};
}

function unusable(file: string, read: Exclude<FileRead, {kind: 'text'}>): Problem {
	switch (read.kind) {
		case 'too-large':
			return confProblem(`${file} is larger than 64 KiB, which no WireGuard file is.`, 'Replace it with the file the provider gave.');
		case 'not-a-file':
			return confProblem(`${file} is not a regular file.`, 'Replace it with the file the provider gave.');
		case 'unreadable':
			return confProblem(`${file} cannot be read (${read.code}).`, read.code === 'ENOENT' ? 'It is a link to nothing: mend or remove it.' : 'Make it readable for the user vks runs as.');
	}
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

const shellWord = (path: string): string => (/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);

/** `a.conf` and `a.CONF` must not become one server: whoever comes second keeps its whole name. */
function uniqueIds(names: readonly string[]): readonly string[] {
	const taken = new Set<string>();
	return names.map(name => {
		const short = printable(name.replace(/\.conf$/i, ''));
		let id = taken.has(short) ? printable(name) : short;
		for (let count = 2; taken.has(id); count++) id = `${short}~${count}`;
		taken.add(id);
		return id;
	});
}
