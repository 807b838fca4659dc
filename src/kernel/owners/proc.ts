/** Who has a socket open, from /proc. Reads names only: a command line may hold secrets. */
import {readdirSync, readFileSync, readlinkSync, statSync} from 'node:fs';
import type {Holder} from './owner.ts';
import {parseContainer, processName} from './parse-owner.ts';

/** More files than this are not looked through for one packet: some milliseconds. */
const MOST_FILES = 4096;

/** Null when nobody is seen that has it. Of several that share it, the one that began first by number. */
export function holderOfInode(inode: number, uid: number): Holder | null {
	const link = `socket:[${inode}]`;
	const network = targetOf('/proc/self/ns/net');
	let left = MOST_FILES;
	for (const pid of likelyFirst(uid)) {
		// Whoever uses this network lives in it; what else runs on the machine may be a thousand processes.
		if (targetOf(`/proc/${pid}/ns/net`) !== network) continue;
		const folder = `/proc/${pid}/fd`;
		for (const file of filesOf(folder)) {
			if (--left < 0) return null;
			if (targetOf(`${folder}/${file}`) !== link) continue;
			const holder = describe(pid, uid);
			// The number may have gone to another process while its name was read.
			return targetOf(`${folder}/${file}`) === link ? holder : null;
		}
	}
	return null;
}

/** Processes of that uid first; the rest too, because some change their uid after they opened a socket. */
function likelyFirst(uid: number): readonly number[] {
	const pids = filesOf('/proc').filter(name => /^\d+$/.test(name)).map(Number).toSorted((a, b) => a - b);
	const theirs = new Set(pids.filter(pid => uidOf(pid) === uid));
	return [...theirs, ...pids.filter(pid => !theirs.has(pid))];
}

function describe(pid: number, uid: number): Holder | null {
	try {
		const process = processName(readFileSync(`/proc/${pid}/comm`, 'utf8'), targetOf(`/proc/${pid}/exe`) ?? '');
		return process === null ? null : {pid, process, container: parseContainer(readFileSync(`/proc/${pid}/cgroup`, 'utf8')), uid};
	} catch {
		return null;
	}
}

// What is gone or not ours to see reads as nothing.

function filesOf(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

function targetOf(path: string): string | null {
	try {
		return readlinkSync(path);
	} catch {
		return null;
	}
}

function uidOf(pid: number): number | null {
	try {
		return statSync(`/proc/${pid}`).uid;
	} catch {
		return null;
	}
}
