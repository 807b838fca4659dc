/** What can go wrong between vks and Gluetun's control server, and what an operator is told of it. Pure; quotes nobody. */
import type {Problem} from '../../problem.ts';
import {assertNever} from '../../result.ts';
import type {GluetunStatus, ToldStatus} from './answers.ts';

export type GluetunFailure =
	| {readonly kind: 'away'; readonly why: string}
	/** No role there covers the route with our credentials. Up to v3.41 also the answer for a route that it does not have. */
	| {readonly kind: 'unauthorised'; readonly route: string}
	| {readonly kind: 'unsupported'; readonly route: string}
	| {readonly kind: 'unreadable'; readonly route: string; readonly status: number}
	/** Its old route says `stopped` for every tunnel that is not OpenVPN, and starting one by it would change the type. */
	| {readonly kind: 'openvpn-only'}
	/** It did not take the selection: no server of its list is like that. */
	| {readonly kind: 'rejected'; readonly wish: string}
	/** It answered, and what it says afterwards is not what was asked for. */
	| {readonly kind: 'not-taken'; readonly wish: string; readonly found: string}
	/** An order changes nothing while it is in this state. */
	| {readonly kind: 'already'; readonly status: ToldStatus}
	/** There is no tunnel, and this is why. */
	| {readonly kind: 'no-tunnel'; readonly status: Exclude<GluetunStatus, 'running'>};

const roleHint = 'Give a role of its auth/config.toml the routes that docs/settings.md lists, and set VKS_GLUETUN_API_KEY_FILE (or user and password) to what that role asks for';

/** `version` is what it says of itself, where somebody asked. */
export function gluetunProblem(failure: GluetunFailure, version: string | null = null): Problem {
	const say = (what: string, next: string, code: Problem['code'] = 'gluetun'): Problem => ({code, severity: 'warning', what, stillBlocking: true, next});
	switch (failure.kind) {
		case 'away':
			return say(`Gluetun's control server could not be asked: ${failure.why}.`, 'Check that Gluetun runs in this network namespace, and VKS_GLUETUN_URL. vks goes on guarding its tunnel.');
		case 'unauthorised':
			return say(`Gluetun does not let vks use ${failure.route} (401).`, `${roleHint}. vks goes on guarding its tunnel.`, 'credentials');
		case 'unsupported':
			return say(`${version === null ? 'This Gluetun' : `Gluetun ${version}`} has no ${failure.route}, so it cannot be told.`, 'Use Gluetun v3.37 or newer for that; vks goes on guarding its tunnel.');
		case 'unreadable':
			return say(`Gluetun's answer to ${failure.route} cannot be read (status ${failure.status}).`, 'Check that VKS_GLUETUN_URL is its control server (port 8000), and not its health server or a proxy.');
		case 'openvpn-only':
			return say('Gluetun answers on its old OpenVPN routes alone, which say nothing of WireGuard.', `${roleHint}; or use Gluetun v3.37 or newer.`);
		case 'rejected':
			return say(`Gluetun refused to select ${failure.wish}: it has no such server, or a value that it does not take.`, 'Its own log says which values it knows; what was selected before still is.');
		case 'not-taken':
			return say(`Gluetun was asked for ${failure.wish}, and says ${failure.found} when it is asked what became of it.`, 'See its log; nothing passes until a tunnel was verified.');
		case 'already':
			return failure.status === 'crashed'
				? say('Gluetun\'s connection has crashed, and no order starts it again.', triesItself)
				: say(`Gluetun is ${failure.status === 'unknown' ? 'in a state that vks does not know' : failure.status}, and takes no order meanwhile.`, 'Try again in a few seconds.');
		case 'no-tunnel':
			return noTunnel(failure.status);
		default:
			return assertNever(failure);
	}
}

const triesItself = 'It tries again by itself, first after 15 s and then after twice as long each time; its log says why it crashed.';

function noTunnel(status: Exclude<GluetunStatus, 'running'>): Problem {
	const say = (what: string, next: string): Problem => ({code: 'no-tunnel', severity: 'error', what, stillBlocking: true, next});
	switch (status) {
		case 'crashed':
			return say('There is no tunnel to guard: Gluetun\'s connection has crashed.', triesItself);
		case 'stopped':
		case 'completed':
			return say(`There is no tunnel to guard: Gluetun's connection is ${status}.`, '`vks reconnect` has Gluetun start it.');
		case 'starting':
		case 'stopping':
			return say(`There is no tunnel to guard: Gluetun's connection is ${status}.`, 'vks sees at once when it is up.');
		default:
			return assertNever(status);
	}
}
