/** Where the console's file is looked for. One file counts: the first there is. */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import type {Flags} from '../arguments.ts';

export interface Place {
	readonly path: string;
	/** Somebody asked for this very file: then it must be there. */
	readonly named: boolean;
}

export function placesFor(flags: Flags, environment: Readonly<Record<string, string | undefined>>): readonly Place[] {
	const named = flags['--config'] ?? (environment['VKS_CONSOLE_CONFIG'] || undefined);
	if (named !== undefined) return [{path: named, named: true}];
	const home = environment['HOME'];
	const own = environment['XDG_CONFIG_HOME'] || (home === undefined || home === '' ? null : join(home, '.config'));
	return [...(own === null ? [] : [join(own, 'vks', 'console.yaml')]), '/etc/vks/console.yaml'].map(path => ({path, named: false}));
}

export const findPlace = (places: readonly Place[]): Place | null => places.find(({path, named}) => named || existsSync(path)) ?? null;
