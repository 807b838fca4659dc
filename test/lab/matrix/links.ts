/** The links of the namespace this thread is in, by `ip`. */
import {execFileSync} from 'node:child_process';

export interface Links {
	readonly [name: string]: {readonly index: number; readonly mac: string};
}

export const ip = (...words: string[]): string => execFileSync('ip', words, {encoding: 'utf8'});

export function linksHere(): Links {
	const found = JSON.parse(ip('-j', 'link')) as readonly {readonly ifname: string; readonly ifindex: number; readonly address?: string}[];
	return Object.fromEntries(found.map(({ifname, ifindex, address = ''}) => [ifname, {index: ifindex, mac: address.replaceAll(':', '')}]));
}
