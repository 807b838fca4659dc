/** What to want at start: the remembered intent, else the configured server, else the first one; lockdown where in doubt. */
import type {Config} from '../config/config.ts';
import type {Problem} from '../problem.ts';
import type {ServerEntry} from '../tunnel/tunnel.ts';
import type {Recalled} from './intent.ts';
import type {Target} from './state.ts';

export function startTarget(recalled: Recalled, config: Config, entries: readonly ServerEntry[]): {readonly target: Target; readonly problem: Problem | null} {
	const usable = entries.flatMap(entry => (entry.ok ? [entry.server.id] : []));
	if (recalled.kind === 'unreadable') {
		return {target: {kind: 'lockdown', by: 'vks', reason: 'the intent file could not be read, and it may have said lockdown', server: null}, problem: corrupt(recalled.why)};
	}
	if (recalled.kind === 'target' && recalled.target.kind === 'lockdown') return {target: recalled.target, problem: null};
	const remembered = recalled.kind === 'target' && recalled.target.kind === 'connected' ? recalled.target.server : null;
	// One that was named and is not there is not replaced: another server may be in another country, or somebody else's.
	const named = config.server ?? remembered;
	const server = named === null ? usable[0] : usable.find(id => id === named);
	if (server !== undefined) return {target: {kind: 'connected', server}, problem: null};
	return {target: {kind: 'none'}, problem: noServer(config, remembered, entries)};
}

const corrupt = (why: string): Problem => ({
	code: 'intent-corrupt', severity: 'error', what: `The intent file could not be read: ${why}.`, stillBlocking: true,
	next: 'Look into the folder named by VKS_STATE_FOLDER, then lift the lockdown with `vks lift`.',
});

function noServer({server, tunnelFolder}: Config, remembered: string | null, entries: readonly ServerEntry[]): Problem {
	const missing = `and ${tunnelFolder} has no usable file of that name`;
	const what = server !== null ? `VKS_SERVER names ${server}, ${missing}.` : remembered !== null ? `The last server was ${remembered}, ${missing}.` : `No file in ${tunnelFolder} can be connected to (${entries.length} found).`;
	const choose = server === null && remembered !== null ? ', or choose another with `vks switch`' : '';
	return {code: 'no-server', severity: 'error', what, stillBlocking: true, next: `Put a WireGuard .conf or OpenVPN .ovpn file into the folder${choose}; \`vks servers\` says what is wrong with those that are there.`};
}
