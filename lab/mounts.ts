/** What was mounted below a folder: a small disk that a run was given, an engine's layers. */
import {readFileSync} from 'node:fs';
import {run} from './commands.ts';

export async function unmountBelow(folder: string): Promise<void> {
	const mounted = readFileSync('/proc/self/mounts', 'utf8').split('\n').flatMap(line => line.split(' ')[1] ?? []);
	// The last one first: one may stand on another.
	for (const path of mounted.filter(target => target.startsWith(`${folder}/`)).toReversed()) await run(['umount', '--lazy', path], {mustSucceed: false});
}
