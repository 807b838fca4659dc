/** What is asked before a switch: from where to where, what is known of the other one, and what becomes of traffic. */
import type {ServerView} from '../../control/schema.ts';
import type {ViewState} from '../view.ts';
import type {Fact} from './fields.ts';
import {lastInFull, latencyInFull, loadText} from './server-words.ts';
import {placeOf} from './servers.ts';

export function switchFacts({live: {snapshot}, nowMs}: ViewState, to: ServerView): readonly Fact[] {
	const from = snapshot?.servers.find(({current}) => current);
	const epoch = snapshot?.tunnel?.epoch;
	return [
		['from', from === undefined ? 'no server' : named(from)],
		['to', named(to)],
		['latency', latencyInFull(to, nowMs)],
		...(to.load === null ? [] : [['load', loadText(to.load)] as const]),
		['last', to.last === null ? 'never tried' : lastInFull(to.last, nowMs)],
		['meanwhile', 'applications stay on the old tunnel until the new one is verified beside it. If it is not verified, nothing changes. Where both cannot stand, they wait.'],
		['then', `${epoch === undefined ? '' : `epoch ${epoch} ends: `}TCP meets a new exit address and ends.`],
	];
}

const named = (server: ServerView): string => [server.id, placeOf(server)].filter(Boolean).join(', ');
