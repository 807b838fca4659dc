/** What a daemon's children are started with, each of them: programs of the same names stand first in its PATH and write it down. */
import {chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {readOrNothing, type Place} from './canaries.ts';

export interface Children {
	/** For the daemon's PATH. */
	readonly path: string;
	/** Arguments and environment of every one so far. */
	seen(): readonly Place[];
	/** As if it had not been. */
	forget(child: string): void;
}

export function watchChildren(folder: string): Children {
	const [programs, notes] = [join(folder, 'programs'), join(folder, 'notes')];
	for (const made of [programs, notes]) mkdirSync(made, {recursive: true, mode: 0o700});
	const usual = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`.split(delimiter);
	const names = new Set(usual.flatMap(namesIn).filter(name => /^(?:nft|ip|wg|wireguard-go|openvpn|sysctl|tc|conntrack|ss|modprobe|resolvconf|sh|bash|curl)$/.test(name)));
	for (const name of names) {
		const real = usual.find(place => namesIn(place).includes(name)) ?? '';
		const note = join(notes, `${name}.$$`);
		const file = join(programs, name);
		// What a shell is given is in /proc of it; the words that `#!` puts before it do not matter here.
		writeFileSync(file, `#!/bin/sh\ncat /proc/$$/cmdline /proc/$$/environ >>"${note}"\nexec "${join(real, name)}" "$@"\n`);
		chmodSync(file, 0o755);
	}
	return {path: [programs, ...usual].join(delimiter), forget: child => rmSync(join(notes, child), {force: true}), seen: () => readdirSync(notes).map(name => ({name: `child ${name}`, text: readOrNothing(join(notes, name)).replaceAll('\0', '\n')}))};
}

function namesIn(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}
