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
	const server = [config.server, remembered].find(id => id !== null && usable.includes(id)) ?? (config.server === null ? usable[0] : undefined);
	if (server !== undefined && server !== null) return {target: {kind: 'connected', server}, problem: null};
	return {target: {kind: 'none'}, problem: noServer(config, entries)};
}

const corrupt = (why: string): Problem => ({
	code: 'intent-corrupt', severity: 'error', what: `The intent file could not be read: ${why}.`, stillBlocking: true,
	next: 'Look into the folder named by VKS_STATE_FOLDER, then lift the lockdown with `vks lift`.',
});

function noServer(config: Config, entries: readonly ServerEntry[]): Problem {
	const what = config.server === null
		? `No file in ${config.tunnelFolder} can be connected to (${entries.length} found).`
		: `VKS_SERVER names ${config.server}, and ${config.tunnelFolder} has no usable file of that name.`;
	return {code: 'no-server', severity: 'error', what, stillBlocking: true, next: 'Put a WireGuard .conf file into the folder; `vks servers` says what is wrong with those that are there.'};
}
