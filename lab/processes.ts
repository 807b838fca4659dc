/** Processes the lab starts: recorded with their start time, so that a recycled pid is never killed. */
import {spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {closeSync, mkdirSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {z} from 'zod';
import {insideNamespace} from './description.ts';
import type {LabFolders} from './description.ts';

export interface ProcessRecord {
	readonly pid: number;
	/** In clock ticks since boot, from /proc/<pid>/stat. */
	readonly startTime: string;
	readonly name: string;
}

export interface Running extends ProcessRecord {
	readonly child: ChildProcess;
	readonly log: string;
	readonly exited: Promise<number | null>;
	/** Resolves when the process is gone; SIGKILL follows when the signal does not end it. */
	stop(signal?: NodeJS.Signals): Promise<void>;
}

interface StartInput {
	readonly name: string;
	readonly namespace: string;
	readonly argv: readonly string[];
	readonly folders: LabFolders;
	readonly environment?: Readonly<Record<string, string>>;
	/** `pipe` hands stdout to the caller; otherwise it goes to the log with stderr. */
	readonly stdout?: 'log' | 'pipe';
}

/** Longer than anything takes on a machine that is busy many times over: only what hangs meets such a deadline. */
export const hangsAfterMs = 90_000;

const recordSchema = z.object({pid: z.number().int().positive(), startTime: z.string(), name: z.string()});

/** The 22nd field; the second may hold spaces and parentheses. A zombie counts as gone. */
export function readStartTime(pid: number): string | null {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
	} catch {
		return null;
	}
}

export const isAlive = ({pid, startTime}: ProcessRecord): boolean => readStartTime(pid) === startTime;

export function startProcess({name, namespace, argv, folders, environment = {}, stdout = 'log'}: StartInput): Running {
	const [program, ...rest] = insideNamespace(namespace, argv);
	if (program === undefined) throw new Error('nothing to start');
	mkdirSync(folders.logs, {recursive: true});
	const log = join(folders.logs, `${name}.log`);
	const descriptor = openSync(log, 'a');
	const child = spawn(program, rest, {
		detached: true,
		stdio: ['ignore', stdout === 'pipe' ? 'pipe' : descriptor, descriptor],
		env: {PATH: process.env['PATH'], ...compileCache(), ...environment},
	});
	closeSync(descriptor);
	const exited = new Promise<number | null>(resolve => {
		child.once('error', () => resolve(null));
		child.once('exit', code => resolve(code));
	});
	const {pid} = child;
	const startTime = pid === undefined ? null : readStartTime(pid);
	if (pid === undefined || startTime === null) throw new Error(`${name} did not start; see ${log}`);
	const record: ProcessRecord = {pid, startTime, name};
	const file = join(folders.processes, String(pid));
	writeFileSync(file, JSON.stringify(record));
	void exited.then(() => rmSync(file, {force: true}));
	child.unref();
	// What is asked to end ends by itself, however busy the machine: killed, it would leave no report and no exit code.
	return {...record, child, log, exited, stop: signal => stopProcesses([record], signal, hangsAfterMs)};
}

/** Tests start the same programs hundreds of times: where they keep what Node compiled, half of each start is saved. */
function compileCache(): Readonly<Record<string, string>> {
	const folder = process.env['NODE_COMPILE_CACHE'];
	return folder === undefined ? {} : {NODE_COMPILE_CACHE: folder};
}

export function readRecords(folder: string): readonly ProcessRecord[] {
	try {
		return readdirSync(folder).flatMap(file => {
			const parsed = recordSchema.safeParse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
			return parsed.success ? [parsed.data] : [];
		});
	} catch {
		return [];
	}
}

/** Everything that runs inside namespaces the lab made is the lab's: the daemon, consoles, what a test left. */
export function processesInside(namespaces: readonly string[]): readonly ProcessRecord[] {
	const inodes = new Set(namespaces.flatMap(readNamespaceInode));
	if (inodes.size === 0) return [];
	return readdirSync('/proc').flatMap(entry => {
		const pid = Number(entry);
		if (!Number.isInteger(pid) || !inodes.has(readProcessNamespace(pid))) return [];
		const startTime = readStartTime(pid);
		return startTime === null ? [] : [{pid, startTime, name: 'inside'}];
	});
}

function readNamespaceInode(name: string): readonly string[] {
	try {
		return [`net:[${statSync(`/run/netns/${name}`).ino}]`];
	} catch {
		return [];
	}
}

function readProcessNamespace(pid: number): string {
	try {
		return readlinkSync(`/proc/${pid}/ns/net`);
	} catch {
		return '';
	}
}

function sendSignal(record: ProcessRecord, signal: NodeJS.Signals): void {
	try {
		if (isAlive(record)) process.kill(record.pid, signal);
	} catch {
		// Gone between the look and the signal.
	}
}

export async function stopProcesses(
	records: readonly ProcessRecord[],
	signal: NodeJS.Signals = 'SIGTERM',
	graceMs = 5_000,
): Promise<void> {
	for (const record of records) sendSignal(record, signal);
	if (await waitUntil(() => !records.some(isAlive), graceMs)) return;
	for (const record of records) sendSignal(record, 'SIGKILL');
	const gone = await waitUntil(() => !records.some(isAlive), hangsAfterMs);
	if (!gone) throw new Error(`these processes do not end: ${records.filter(isAlive).map(({pid}) => pid).join(', ')}`);
}

/** True as soon as the condition holds, false at the deadline. */
export async function waitUntil(condition: () => boolean | Promise<boolean>, deadlineMs = hangsAfterMs): Promise<boolean> {
	const deadline = performance.now() + deadlineMs;
	while (performance.now() < deadline) {
		if (await condition()) return true;
		await sleep(3);
	}
	return condition();
}
