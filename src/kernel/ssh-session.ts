/** By which SSH connection this process was started, if by one: sshd says so to the shell (SSH_CONNECTION in ssh(1)). */
import {parseIp, type IpAddress} from '../net/address.ts';
import {parsePort, type Port} from '../net/port.ts';
import {parseProcessStat} from '../process-stat.ts';

export interface SshSession {
	readonly client: IpAddress;
	/** Where sshd listens. */
	readonly port: Port;
	/** The address of ours that they came to. */
	readonly server: IpAddress;
}

const mostAncestors = 32;

/** `sudo` takes the variable away, so those who started us are asked too. `read` gives null for what cannot be read. */
export function sshSession(pid: number, read: (path: string) => string | null): SshSession | null {
	for (let [at, steps] = [pid, 0]; at > 1 && steps < mostAncestors; steps++) {
		const said = /(?:^|\0)SSH_CONNECTION=([^\0]*)/.exec(read(`/proc/${at}/environ`) ?? '')?.[1];
		const session = said === undefined ? null : parseSession(said);
		if (session !== null) return session;
		at = parseProcessStat(read(`/proc/${at}/stat`))?.parent ?? 0;
	}
	return null;
}

function parseSession(text: string): SshSession | null {
	const [from = '', , to = '', digits = ''] = text.split(' ');
	const [client, server] = [from, to].map(address => parseIp(address.replace(/%.*$/, '')));
	const port = parsePort(digits);
	return !client || !server || port === null ? null : {client, port, server};
}
