/** What the runbook does not do and why, and what is looked at by itself, how often, with its last result. */
import {formatAge} from '../format.ts';
import {keyFor} from '../keymap.ts';
import {auditWord} from '../select/audit.ts';
import {checklistWord} from '../select/checklist.ts';
import {keyInFull, tunnelKey} from '../select/server-words.ts';
import {proofWord} from '../select/truth.ts';
import type {Fact} from '../select/fields.ts';
import type {ViewState} from '../view.ts';

/** Steps of well-known runbooks that make it worse, or that nobody can take from in here. */
export const refused: readonly Fact[] = [
	['flush', 'A firewall that is flushed to start afresh lets everything pass meanwhile. What vks finds changed it puts back in one transaction.'],
	['stop', 'Services that are stopped hide what they did, and a stopped tunnel is no isolation. L refuses everything while they run.'],
	['archive', 'An archive of /etc/wireguard copies the keys. The evidence has none.'],
	['files', 'Whether files were changed is for who has the host: `debsums -c` there, or a new image here, which is sooner and certain.'],
	['logins', 'Who logged in is in the host\'s logs: `journalctl -u ssh` there. Nothing logs in to this namespace.'],
	['processes', 'Processes are those of this container. Drops name the sender where the process table is shared; where it is not, the uid.'],
];

/** Checklists are done by a machine, or not at all. */
export function checks(state: ViewState): readonly Fact[] {
	const {snapshot} = state.live;
	if (snapshot === null) return [];
	const {lastDrill, reconnects, tamper} = snapshot;
	const key = tunnelKey(snapshot);
	return [
		['second', `policy, routes and settings read back: ${proofWord(state).text}; put back ${tamper.count} times`],
		['5 seconds', `tunnel asked by handshake, data, probe and DNS: ${snapshot.state.detail}; ${reconnects.count} reconnects`],
		['hour', `leak test: ${lastDrill === null ? 'none yet' : `${lastDrill.kind} ${formatAge(state.nowMs - lastDrill.atMs)} ago`} (VKS_DRILL_EVERY)`],
		['month', `key: ${key === null ? 'its age is not known' : keyInFull(key, state.nowMs)}`],
		['by you', `the checklist (${keyFor(state.keys, 'checklist')}): ${checklistWord(state)}. \`vks audit\` of the host (${keyFor(state.keys, 'audit')}): ${auditWord(state.audit, state.nowMs)}`],
	];
}
