/** Tunnels by wg-quick(8) itself, with the kill switch that its manual gives for PostUp and PreDown. */
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Lab} from '../lab/lab.ts';

export interface WgQuickTunnels {
	up(server: string): Promise<void>;
	down(server: string): Promise<void>;
}

/** wg-quick(8), "EXAMPLES". */
const rule = (program: string, what: '-I' | '-D'): string => `${program} ${what} OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -m addrtype ! --dst-type LOCAL -j REJECT`;
const hooks = [
	`PostUp = ${rule('iptables', '-I')} && ${rule('ip6tables', '-I')}`,
	`PreDown = ${rule('iptables', '-D')} && ${rule('ip6tables', '-D')}`,
].join('\n');

/** The interface is called after the file, so that each server's lies in a folder of its own. */
export function wgQuickTunnels(lab: Lab): WgQuickTunnels {
	const {folders, interfaces} = lab.description;
	const fileOf = (server: string): string => {
		const folder = join(folders.state, 'wg-quick', server);
		const file = join(folder, `${interfaces.tunnel}.conf`);
		mkdirSync(folder, {recursive: true, mode: 0o700});
		// resolv.conf is none of what is measured.
		const text = readFileSync(join(folders.servers, `${server}.conf`), 'utf8').split('\n').filter(line => !/^DNS\s*=/.test(line)).join('\n');
		writeFileSync(file, text.replace('[Interface]', `[Interface]\n${hooks}`), {mode: 0o600});
		return file;
	};
	const run = async (what: 'up' | 'down', server: string): Promise<void> => void (await lab.exec('client', ['wg-quick', what, fileOf(server)], {mustSucceed: true}));
	return {up: server => run('up', server), down: server => run('down', server)};
}
