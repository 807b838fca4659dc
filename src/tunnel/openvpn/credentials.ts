/** User and password as an .ovpn file brings them along: between tags, or in a file beside it. Else the settings have them. */
import type {Report} from '../conf-report.ts';
import {textBeside, type Collected} from './collect.ts';
import type {Beside} from './conf.ts';
import {sendable} from './secret-text.ts';

export interface FileCredentials {
	readonly user: string | null;
	readonly password: string | null;
	readonly passphrase: string | null;
}

export interface CredentialsRead {
	/** The server asks for a user and a password. */
	readonly asked: boolean;
	readonly found: FileCredentials;
}

export function readCredentials({directives, blocks}: Collected, beside: ReadonlyMap<string, Beside>, report: Report): CredentialsRead {
	const secretLines = (name: string, most: number): readonly string[] => {
		const block = blocks.find(found => found.name === name);
		const directive = directives.findLast(found => found.name === name);
		const line = block?.line ?? directive?.line ?? 1;
		const named = directive?.words[0];
		const text = block?.text ?? (directive === undefined || named === undefined || named === '[inline]' ? null : textBeside(line, name, named, beside, report));
		const found = (text ?? '').replace(/^\uFEFF/, '').split(/\r\n|\n|\r/).slice(0, most).filter(word => word !== '');
		if (found.some(word => !sendable(word))) report.add(line, `${name} holds what OpenVPN cannot be told`, 'Use at most 250 bytes for each, without control characters');
		return found;
	};
	const [user = null, password = null] = secretLines('auth-user-pass', 2);
	const [passphrase = null] = secretLines('askpass', 1);
	const asked = directives.some(({name}) => name === 'auth-user-pass') || blocks.some(({name}) => name === 'auth-user-pass');
	return {asked, found: {user, password, passphrase}};
}
