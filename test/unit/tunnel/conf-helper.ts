/** Keys made at random for each run, so that no key ever stands in the repository. */
import {randomBytes} from 'node:crypto';
import {parseWireguardConf} from '../../../src/tunnel/wireguard-conf.ts';
import type {Problem} from '../../../src/problem.ts';
import type {WireguardServer} from '../../../src/tunnel/tunnel.ts';

export const randomKey = (): string => randomBytes(32).toString('base64');

export const keys = {privateKey: randomKey(), publicKey: randomKey(), presharedKey: randomKey()};

export const interfaceLines = [`PrivateKey = ${keys.privateKey}`, 'Address = 10.2.0.2/32'];
export const peerLines = [`PublicKey = ${keys.publicKey}`, 'Endpoint = 198.51.100.7:51820', 'AllowedIPs = 0.0.0.0/0'];

export const conf = (more: {readonly top?: readonly string[]; readonly interface?: readonly string[]; readonly peer?: readonly string[]} = {}): string =>
	[...(more.top ?? []), '[Interface]', ...(more.interface ?? interfaceLines), '', '[Peer]', ...(more.peer ?? peerLines), ''].join('\n');

export function parsed(text: string, id = 'here'): WireguardServer {
	const result = parseWireguardConf({id, file: `${id}.conf`, text});
	if (!result.ok) throw new Error(result.error.map(problem => problem.what).join('\n'));
	return result.value;
}

export function problemsOf(text: string): readonly Problem[] {
	const result = parseWireguardConf({id: 'here', file: 'here.conf', text});
	return result.ok ? [] : result.error;
}

/** Each problem as one line, as an operator reads it. */
export const complaints = (text: string): readonly string[] => problemsOf(text).map(problem => `${problem.what} ${problem.next}`);
