/** The namespace's own links. /sys shows those of whoever mounted it; /proc/net follows the process. */
import {readFileSync} from 'node:fs';

export const linksBut = (tunnel: string): readonly string[] =>
	readFileSync('/proc/net/dev', 'utf8')
		.split('\n')
		.flatMap(line => /^\s*([^:\s]+):/.exec(line)?.[1] ?? [])
		.filter(name => name !== 'lo' && name !== tunnel);
