/** Why a dial with OpenVPN came to nothing, for a person. */
import type {Problem, ProblemCode} from '../../problem.ts';
import type {OpenvpnServer} from '../tunnel.ts';
import type {Failure, Session} from './session.ts';

export interface OpenvpnFailure {
	readonly cause: 'credentials' | 'no-handshake' | 'tunnel-failed';
	readonly problem: Problem;
}

const failure = (cause: OpenvpnFailure['cause'], code: ProblemCode, what: string, next: string): OpenvpnFailure => ({cause, problem: {code, severity: 'error', what, stillBlocking: true, next}});

const credentials = (what: string, next: string): OpenvpnFailure => failure('credentials', 'credentials', what, next);

const ownSettings = 'VKS_OPENVPN_USER and VKS_OPENVPN_PASSWORD (or their _FILE)';
const keySetting = 'VKS_OPENVPN_KEY_PASSWORD (or its _FILE)';

export function failureOf(server: Pick<OpenvpnServer, 'id'>, session: Session): OpenvpnFailure {
	const {failure: found} = session;
	// OpenVPN gives up on a server by itself after as long as vks waits.
	return found === null || (found.kind === 'ended' && found.reason === 'server_poll') ? noAnswer(server, session) : explain(server, found);
}

function explain({id}: Pick<OpenvpnServer, 'id'>, found: Failure): OpenvpnFailure {
	switch (found.kind) {
		case 'refused':
			return found.realm === 'Auth'
				? credentials(`${id} refused user and password.`, `Set ${ownSettings} to what your provider gave for OpenVPN, which often is not what you log in to its site with; then \`vks reconnect\`.`)
				: credentials(`The passphrase does not open the private key of ${id}.`, `Set ${keySetting}, or the file that askpass names.`);
		case 'missing':
			return found.realm === 'Auth'
				? credentials(`${id} asks for user and password, and there are none.`, `Set ${ownSettings}, or name a file with both after auth-user-pass.`)
				: credentials(`The private key of ${id} is encrypted, and there is no passphrase.`, `Set ${keySetting}, or name a file that holds it after askpass.`);
		case 'wants-person':
			return credentials(`${id} asks for something only a person at a screen can give, such as a one-time code.`, 'Ask the provider for credentials without a second factor.');
		case 'stray-remote':
			return failure('tunnel-failed', 'tunnel-failed', `OpenVPN wanted to dial another address than that of ${id}; it was not let.`, 'vks tries again by itself. If it persists, report this message.');
		case 'half-connected':
			return failure('tunnel-failed', 'tunnel-failed', `${id} answered, but OpenVPN could not set up what it gave.`, 'vks tries again by itself; look at the journal (`vks events`), or switch to another server.');
		case 'ended':
			return failure('tunnel-failed', 'tunnel-failed', `The connection with ${id} ended: ${reasonText(found.reason)}${found.detail === '' ? '' : ` (${found.detail.replace(/\.$/, '')})`}.`, nextFor(found.reason));
	}
}

const noAnswer = ({id}: Pick<OpenvpnServer, 'id'>, {reached, complaint}: Session): OpenvpnFailure => {
	const how = ['', 'CONNECTING', 'RESOLVE', 'TCP_CONNECT', 'WAIT'].includes(reached) ? 'did not answer' : 'did not finish the handshake';
	return failure('no-handshake', 'no-handshake', `${id} ${how} in time${complaint === '' ? '' : ` (${complaint.replace(/\.$/, '')})`}.`, 'Check address, port, protocol and certificates in its file, and that nothing on the way blocks it; or switch to another server.');
};

/** OpenVPN's words (signal_description in sig.c, and where SIGUSR1 is registered). */
const reasons: Readonly<Record<string, string>> = {
	'exit': 'the tunnel\'s process ended',
	'SIGTERM': 'OpenVPN was told to end',
	'SIGHUP': 'OpenVPN was told to read its configuration again',
	'fatal': 'OpenVPN gave up',
	'tls-error': 'the TLS handshake failed',
	'connection-failed': 'the server refused it, or could not be reached',
	'connection-reset': 'the server closed it',
	'remote-exit': 'the server ended it',
	'server-pushed-connection-reset': 'the server ended it',
	'ping-restart': 'the server was not heard any more',
	'ping-exit': 'the server was not heard any more',
	'network-unreachable': 'there is no way to the server',
	'hold': 'OpenVPN lost it',
	'link': 'the server gave other addresses',
};

const reasonText = (reason: string): string => reasons[reason] ?? (/^[a-zA-Z_-]{1,40}$/.test(reason) ? reason : 'for a reason OpenVPN did not name');

/** Why a tunnel that stood is gone, to follow "because". */
export const endOf = ({failure: found}: Session): string => (found?.kind === 'ended' ? reasonText(found.reason) : 'OpenVPN could not go on');

const nextFor = (reason: string): string =>
	reason === 'fatal' || reason === 'tls-error'
		? 'Check certificates, keys and ciphers in its file; or switch to another server.'
		: 'vks tries again by itself; or switch to another server.';
