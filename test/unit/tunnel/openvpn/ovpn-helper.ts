/** Files as providers give them, with keys and certificates that open nothing, made at random for each run. */
import {randomBytes} from 'node:crypto';
import type {Beside} from '../../../../src/tunnel/openvpn/conf.ts';
import {parseOvpn} from '../../../../src/tunnel/openvpn/conf.ts';
import type {OpenvpnServer} from '../../../../src/tunnel/tunnel.ts';

export const pem = (label: string): string => `-----BEGIN ${label}-----\n${randomBytes(90).toString('base64').replace(/.{64}/g, '$&\n').trim()}\n-----END ${label}-----`;

export const material = {ca: pem('CERTIFICATE'), cert: pem('CERTIFICATE'), key: pem('PRIVATE KEY'), encryptedKey: pem('ENCRYPTED PRIVATE KEY'), tlsCrypt: pem('OpenVPN Static key V1')};

export const block = (name: string, text: string): string => `<${name}>\n${text}\n</${name}>`;

/** What every usable file has, but for a remote. */
export const rest = ['client', 'dev tun', 'remote-cert-tls server', block('ca', material.ca), block('cert', material.cert), block('key', material.key)];

export const ovpn = (...lines: readonly string[]): string => [...lines, ...rest, ''].join('\n');

export type BesideFiles = Readonly<Record<string, Beside>>;

export const parse = (text: string, beside: BesideFiles = {}) => parseOvpn({id: 'here', file: 'here.ovpn', text, beside: new Map(Object.entries(beside))});

export function parsed(text: string, beside: BesideFiles = {}): OpenvpnServer {
	const result = parse(text, beside);
	if (!result.ok) throw new Error(result.error.map(({what}) => what).join('\n'));
	return result.value;
}

/** Each problem as one line, as an operator reads it. */
export function complaints(text: string, beside: BesideFiles = {}): readonly string[] {
	const result = parse(text, beside);
	return result.ok ? [] : result.error.map(({what, next}) => `${what} ${next}`);
}
