/** What to want at start: the remembered intent, else the configured server, else the first one; lockdown where in doubt. */
import type {Config} from '../config/config.ts';
import {nearest} from '../config/nearest.ts';
import type {Problem} from '../problem.ts';
import type {ServerEntry} from '../tunnel/tunnel.ts';
import type {Recalled} from './intent-text.ts';
import type {Target} from './state.ts';

/** Where neither a setting nor the intent names one, the first of the provider's is taken, or the first file where there is no provider. */
export function startTarget(recalled: Recalled, config: Config, entries: readonly ServerEntry[], provided: readonly ServerEntry[] | null = null): {readonly target: Target; readonly problem: Problem | null} {
	const usable = usableIn(entries);
	const [first] = usableIn(provided ?? entries);
	if (recalled.kind === 'unreadable') {
		return {target: {kind: 'lockdown', by: 'vks', reason: 'the intent file could not be read, and it may have said lockdown', server: null}, problem: corrupt(recalled.why)};
	}
	if (recalled.kind === 'target' && recalled.target.kind === 'lockdown') return {target: recalled.target, problem: null};
	const remembered = recalled.kind === 'target' && recalled.target.kind === 'connected' ? recalled.target.server : null;
	// One that was named and is not there is not replaced: another server may be in another country, or somebody else's.
	const named = config.server ?? remembered;
	// But one that the provider no longer recommends: all of those meet the operator's wishes.
	const other = provided !== null && config.server === null ? first : undefined;
	const server = named === null ? first : (usable.find(id => id === named) ?? other);
	if (server !== undefined) return {target: {kind: 'connected', server}, problem: null};
	const problem = noServer(config, remembered, entries);
	return {target: {kind: 'none', ...(named === null ? {} : {why: problem.what})}, problem};
}

const usableIn = (entries: readonly ServerEntry[]): readonly string[] => entries.flatMap(entry => (entry.ok ? [entry.server.id] : []));

const corrupt = (why: string): Problem => ({
	code: 'intent-corrupt', severity: 'error', what: `The intent file could not be read: ${why}.`, stillBlocking: true,
	next: 'Look into the folder named by VKS_STATE_FOLDER, then lift the lockdown with `vks lift`.',
});

function noServer({server, tunnelFolder, provider}: Config, remembered: string | null, entries: readonly ServerEntry[]): Problem {
	if (provider.name !== 'folder') return noneProvided(provider.name, server);
	if (server !== null && entries.length > 0) return noneSo(server, tunnelFolder, entries);
	const missing = `and ${tunnelFolder} has no usable file of that name`;
	const what = server !== null ? `VKS_SERVER names ${server}, ${missing}.` : remembered !== null ? `The last server was ${remembered}, ${missing}.` : `No file in ${tunnelFolder} can be connected to (${entries.length} found).`;
	const choose = server === null && remembered !== null ? ', or choose another with `vks switch`' : '';
	return {code: 'no-server', severity: 'error', what, stillBlocking: true, next: `Put a WireGuard .conf or OpenVPN .ovpn file into the folder${choose}; \`vks servers\` says what is wrong with those that are there.`};
}

function noneSo(name: string, folder: string, entries: readonly ServerEntry[]): Problem {
	const known = usableIn(entries);
	const refused = entries.find(entry => !entry.ok && entry.id === name);
	const near = nearest(name, known);
	const others = `there ${known.length === 1 ? 'is' : 'are'} ${known.length === 0 ? 'none that can be used' : `${known.slice(0, mostNamed).join(', ')}${known.length > mostNamed ? ', …' : ''}`}.`;
	return {
		code: 'no-server', severity: 'error', stillBlocking: true,
		what: refused === undefined || refused.ok ? `There is no server ${name} (VKS_SERVER)${near === null ? `; ${others}` : `; did you mean ${near}?`}` : `The server ${name} (VKS_SERVER) cannot be used: ${refused.problem.what}`,
		next: refused === undefined || refused.ok ? `Name one that \`vks servers\` lists, or put ${name}.conf or ${name}.ovpn into ${folder}.` : refused.problem.next,
	};
}

const mostNamed = 5;

const noneProvided = (provider: string, server: string | null): Problem => ({
	code: 'no-server', severity: 'warning', stillBlocking: true,
	what: server === null ? `No server of ${provider} can be connected to yet.` : `VKS_SERVER names ${server}, and neither ${provider}'s list nor the folder has it.`,
	next: server === null ? 'vks asks the provider for its servers; `vks status` says how that ended.' : 'Choose by VKS_COUNTRY and VKS_CITY instead, or name one that `vks servers` lists.',
});

/** What was wanted before a lockdown, for when that was lifted. */
export function unlocked(recalled: Recalled): Recalled {
	if (recalled.kind !== 'target' || recalled.target.kind !== 'lockdown') return recalled.kind === 'unreadable' ? {kind: 'nothing'} : recalled;
	const {server} = recalled.target;
	return server === null ? {kind: 'nothing'} : {kind: 'target', target: {kind: 'connected', server}};
}

export const targetIn = (recalled: Recalled): Target => (recalled.kind === 'target' ? recalled.target : {kind: 'none'});
export const serverOf = (target: Target): string | null => (target.kind === 'none' ? null : target.server);
