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
		['meanwhile', 'the old tunnel goes first: applications are refused until the new one is verified, and nothing passes outside. If it is not verified within 16 s, vks goes back.'],
		['then', `${epoch === undefined ? '' : `epoch ${epoch} ends: `}open connections meet a new exit address and end.`],
	];
}

const named = (server: ServerView): string => [server.id, placeOf(server)].filter(Boolean).join(', ');
