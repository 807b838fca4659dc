/** Gluetun's control server across its versions: which route answers, and what its answers mean. */
import type {IpAddress} from '../../net/address.ts';
import type {Port} from '../../net/port.ts';
import {fail, ok, type Result} from '../../result.ts';
import {
	parseForwardedPorts, parsePublicIp, parseSettings, parseSettingsOutcome, parseStatus, parseStatusOutcome, parseVersion, switchBody,
	type GluetunSettings, type GluetunStatus, type StatusOutcome,
} from './answers.ts';
import type {AskGluetun, GluetunAnswer} from './ask.ts';
import type {Wanted} from './choice.ts';
import type {GluetunFailure} from './failures.ts';

type Answer<T> = Promise<Result<T, GluetunFailure>>;

export interface GluetunExit {
	readonly address: IpAddress | null;
	readonly city: string | null;
	readonly country: string | null;
}

export interface GluetunClient {
	version(signal: AbortSignal): Answer<string>;
	status(signal: AbortSignal): Answer<GluetunStatus>;
	/** Answers when it was carried out, or could not be. */
	order(wanted: 'running' | 'stopped', signal: AbortSignal): Answer<StatusOutcome>;
	/** Whether a `stopped` of ours was taken, or may have been, and no `running` was since. */
	mayHaveStopped(): boolean;
	/** Without its secrets. */
	settings(signal: AbortSignal): Answer<GluetunSettings>;
	/** Ends the connection and begins the one to what was chosen. */
	select(wanted: Wanted, signal: AbortSignal): Answer<ReturnType<typeof parseSettingsOutcome>>;
	exit(signal: AbortSignal): Answer<GluetunExit>;
	forwardedPorts(signal: AbortSignal): Answer<readonly Port[]>;
}

const routes = {
	version: '/v1/version',
	status: '/v1/vpn/status',
	/** The only one before v3.37, and the only one that some roles name. */
	oldStatus: '/v1/openvpn/status',
	settings: '/v1/vpn/settings',
	exit: '/v1/publicip/ip',
	ports: '/v1/portforward',
	/** Before v3.41; later it leads to the one above. */
	oldPorts: '/v1/openvpn/portforwarded',
} as const;

export function gluetunClient(ask: AskGluetun): GluetunClient {
	const read = async <T>(path: string, parse: (text: string) => T | null, signal: AbortSignal): Answer<T> => {
		const answered = await ask({method: 'GET', path}, signal);
		return answered.ok ? judged(answered.value, `GET ${path}`, parse) : fail({kind: 'away', why: answered.error});
	};
	const either = async <T>(paths: readonly [string, string], parse: (text: string) => T | null, signal: AbortSignal): Answer<{readonly path: string; readonly value: T}> => {
		const [first, second] = paths;
		const found = await read(first, parse, signal);
		if (found.ok) return ok({path: first, value: found.value});
		if (found.error.kind !== 'unauthorised' && found.error.kind !== 'unsupported') return found;
		const older = await read(second, parse, signal);
		return older.ok ? ok({path: second, value: older.value}) : found;
	};

	/** With the route that told it; the old one is believed only where it says that OpenVPN does something. */
	const whichStatus = async (signal: AbortSignal): Answer<{readonly path: string; readonly value: GluetunStatus}> => {
		const found = await either([routes.status, routes.oldStatus], parseStatus, signal);
		return found.ok && found.value.path === routes.oldStatus && found.value.value === 'stopped' ? fail({kind: 'openvpn-only'}) : found;
	};
	const put = async <T>(path: string, body: string, parse: (text: string) => T | null, signal: AbortSignal): Answer<T> => {
		const answered = await ask({method: 'PUT', path, body}, signal);
		return answered.ok ? judged(answered.value, `PUT ${path}`, parse) : fail({kind: 'away', why: answered.error});
	};

	/** Where the last `stopped` was taken, or may have been: what was stopped by the old route was OpenVPN, and may be started by it. */
	let stoppedBy: string | null = null;

	return {
		version: signal => read(routes.version, parseVersion, signal),
		async status(signal) {
			const found = await whichStatus(signal);
			if (found.ok) return ok(found.value.value);
			return found.error.kind === 'openvpn-only' && stoppedBy === routes.oldStatus ? ok('stopped') : found;
		},
		async order(wanted, signal) {
			if (wanted === 'stopped') stoppedBy = null;
			const found = wanted === 'running' && stoppedBy !== null ? ok({path: stoppedBy}) : await whichStatus(signal);
			if (!found.ok) return found;
			const outcome = await put(found.value.path, JSON.stringify({status: wanted}), parseStatusOutcome, signal);
			if (wanted === 'stopped' && mayBeTaken(outcome)) stoppedBy = found.value.path;
			// What is still stopping has not begun anew.
			if (wanted === 'running' && outcome.ok && outcome.value.status !== 'stopped' && outcome.value.status !== 'stopping') stoppedBy = null;
			return outcome;
		},
		mayHaveStopped: () => stoppedBy !== null,
		settings: signal => read(routes.settings, parseSettings, signal),
		async select({name, selection}, signal) {
			const answered = await ask({method: 'PUT', path: routes.settings, body: switchBody(selection)}, signal);
			if (!answered.ok) return fail({kind: 'away', why: answered.error});
			const {status, text} = answered.value;
			// Its handler has this route or the role refuses it: a 400 is about the values.
			if (status === 400 && !text.startsWith('route ')) return fail({kind: 'rejected', wish: name});
			return judged(answered.value, `PUT ${routes.settings}`, parseSettingsOutcome);
		},
		exit: signal => read(routes.exit, parsePublicIp, signal),
		async forwardedPorts(signal) {
			const found = await either([routes.ports, routes.oldPorts], parseForwardedPorts, signal);
			return found.ok ? ok(found.value.value) : found;
		},
	};
}

/** An answer that was lost or cannot be read says nothing of what was done. */
function mayBeTaken(outcome: Result<StatusOutcome, GluetunFailure>): boolean {
	if (!outcome.ok) return outcome.error.kind === 'away' || outcome.error.kind === 'unreadable';
	return outcome.value.kind === 'reached' || outcome.value.status === 'stopped';
}

function judged<T>({status, text}: GluetunAnswer, route: string, parse: (text: string) => T | null): Result<T, GluetunFailure> {
	if (status === 401 || status === 403) return fail({kind: 'unauthorised', route});
	if (status === 400 || status === 404 || status === 405) return fail({kind: 'unsupported', route});
	const value = status === 200 ? parse(text) : null;
	return value === null ? fail({kind: 'unreadable', route, status}) : ok(value);
}
