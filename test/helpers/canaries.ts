/** Where a secret is that should be nowhere: every process, file, log and answer of a lab's daemon is searched. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Lab} from '../../lab/lab.ts';
import type {Daemon} from './daemon.ts';

export interface Search {
	readonly canaries: readonly string[];
	/** Places that may hold one. */
	readonly except?: readonly string[];
	/** Files of the lab's own that are not searched. */
	readonly skip?: (path: string) => boolean;
}

/** Names of the places, which do not repeat what is there. */
export function placesOf(lab: Lab, daemon: Daemon, {canaries, except = [], skip = () => false}: Search): readonly string[] {
	const {run, daemonState, logs} = lab.description.folders;
	const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
	const texts: readonly (readonly [string, string])[] = [
		...pids.flatMap(pid => [[`cmdline ${pid}`, readOrNothing(`/proc/${pid}/cmdline`)], [`environ ${pid}`, readOrNothing(`/proc/${pid}/environ`)]] as const),
		...[run, daemonState, logs, '/dev/shm'].flatMap(filesBelow).filter(path => !skip(path)).map(path => [path, readOrNothing(path)] as const),
		['snapshot', JSON.stringify(daemon.snapshot())],
		['journal', JSON.stringify(daemon.journal())],
		['log', daemon.log()],
	];
	return texts.filter(([place, text]) => !except.includes(place) && canaries.some(canary => text.includes(canary))).map(([place]) => place);
}

function filesBelow(folder: string): readonly string[] {
	return readdirSync(folder, {withFileTypes: true}).flatMap(entry => {
		const path = join(folder, entry.name);
		return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
	});
}

export function readOrNothing(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}
