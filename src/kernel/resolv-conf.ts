/** The namespace's resolv.conf: written in place (container engines bind-mount it, so it cannot be renamed over). */
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseIp, type IpAddress} from '../net/address.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';

export interface ResolvConf {
	/** The resolvers the file names now; null when it cannot be read. */
	nameservers(): readonly IpAddress[] | null;
	/** Names these resolvers and nobody else; keeps a copy of what stood there before the first time. */
	point(resolvers: readonly IpAddress[]): Result<void, Problem>;
}

const header = '# Written by vks: look-ups go through the tunnel. The file before it is kept in vks\'s state folder.';

export function resolvConf(path: string, stateFolder: string): ResolvConf {
	const read = (): string | null => {
		try {
			return readFileSync(path, 'utf8');
		} catch {
			return null;
		}
	};
	return {
		nameservers() {
			const text = read();
			return text === null ? null : parseNameservers(text);
		},
		point(resolvers) {
			try {
				const before = read();
				const copy = join(stateFolder, 'resolv.conf.before');
				if (before !== null && !before.startsWith(header) && !existsSync(copy)) {
					mkdirSync(stateFolder, {recursive: true, mode: 0o700});
					writeFileSync(copy, before, {mode: 0o600});
				}
				const text = `${[header, ...resolvers.map(resolver => `nameserver ${resolver}`)].join('\n')}\n`;
				if (before !== text) writeFileSync(path, text);
				return ok(undefined);
			} catch (error) {
				return fail({
					code: 'dns',
					severity: 'warning',
					what: `${path} could not be written: ${error instanceof Error ? error.message : String(error)}.`,
					stillBlocking: true,
					next: `Look-ups outside the tunnel stay refused, so names may not resolve. Make it writable, or set dns: ${resolvers.join(', ')} for the container.`,
				});
			}
		},
	};
}

/** resolv.conf(5): `nameserver` lines; a zone index is cut off, what is not an address is passed over. */
export function parseNameservers(text: string): readonly IpAddress[] {
	return text.split('\n').flatMap(line => {
		const [word, value = ''] = line.trim().split(/\s+/);
		const address = word === 'nameserver' ? parseIp(value.split('%')[0] ?? '') : null;
		return address === null ? [] : [address];
	});
}
