/** What is wrong with `VKS_EGRESS` as a whole. */
import {entryText} from '../egress/egress-policy.ts';
import {egressNumbers, listenersOf} from '../egress/plan.ts';
import type {Fault} from './setting-problem.ts';
import type {Values} from './schema.ts';

const mostListeners = 64;

export function egressFaults({egress = [], attach, gateway = [], ...marks}: Partial<Values>): readonly Fault[] {
	if (egress.length === 0) return [];
	const listeners = listenersOf(egress);
	return [
		...egress.flatMap((entry): readonly Fault[] => {
			const value = entryText(entry);
			// What is routed through has no uid, and does not pass where connections are handed to the proxy.
			if (entry.uid === null && gateway.length > 0) return [{value, wrong: 'is for everybody, and hosts of VKS_GATEWAY cannot be governed', right: 'Begin with uid and the number of the user it is for, or remove VKS_GATEWAY.'}];
			return entry.uid === egressNumbers.proxyUid ? [{value, wrong: 'is for the uid of the proxy itself', right: 'Run what is to be governed as another user.'}] : [];
		}),
		...(listeners > mostListeners ? [{value: null, wrong: `takes ${listeners} listeners, and there are ${mostListeners}: one for each port of each user, and two more`, right: 'Name fewer users, or fewer ports.'}] : []),
		...marksTaken(egress, marks),
		...(attach === undefined || attach === 'off' ? [] : [{value: null, wrong: 'is enforced in a tunnel of our own only', right: 'Remove it, or VKS_ATTACH.'}]),
	];
}

/** What bears another mark of ours would pass for vks's own question, or the other way round. */
function marksTaken(egress: NonNullable<Values['egress']>, {tunnelMark, replyMark, probeMark}: Partial<Values>): readonly Fault[] {
	if (!egress.some(({uid}) => uid === null || uid === 0)) return [];
	const taken = [tunnelMark, replyMark, probeMark, probeMark === undefined ? undefined : probeMark + 1];
	return taken.includes(egressNumbers.ownMark) ? [{value: null, wrong: `gives vks's own questions the mark 0x${egressNumbers.ownMark.toString(16)}, which another setting has taken`, right: 'Write another number for that mark.'}] : [];
}
