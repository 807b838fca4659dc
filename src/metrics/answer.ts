/** What is answered to one question over HTTP. */
import {judge} from '../control/judgement.ts';
import type {Snapshot} from '../control/schema.ts';
import {statusOf} from '../control/status.ts';
import {contentType} from './exposition.ts';

export interface Answer {
	readonly status: number;
	readonly type: string;
	readonly text: string;
	readonly headers?: Readonly<Record<string, string>>;
}

export interface Moment {
	readonly snapshot: Snapshot;
	readonly nowMs: number;
	/** The text of `/metrics`. */
	readonly text: () => Promise<string>;
}

export async function answerTo(method: string, target: string, {snapshot, nowMs, text}: Moment): Promise<Answer> {
	if (method !== 'GET' && method !== 'HEAD') return {...plain(405, 'Only GET and HEAD.'), headers: {allow: 'GET, HEAD'}};
	switch (target.split('?')[0]) {
		case '/metrics':
			return {status: 200, type: contentType, text: await text()};
		case '/healthz':
			return health(snapshot, nowMs);
		default:
			return plain(404, 'There are /metrics and /healthz.');
	}
}

/** No detail: a sentence may name the server. `vks check --json` has it. */
function health(snapshot: Snapshot, nowMs: number): Answer {
	const {state, carries, cause, proof} = statusOf(snapshot, nowMs);
	const judgement = judge({carries, proof});
	return {
		status: judgement === 'healthy' ? 200 : 503,
		type: 'application/json',
		text: `${JSON.stringify({version: 1, healthy: judgement === 'healthy', judgement, state, cause, proof: {kind: proof.kind, ageSeconds: proof.ageSeconds}})}\n`,
	};
}

const plain = (status: number, text: string): Answer => ({status, type: 'text/plain; charset=utf-8', text: `${text}\n`});
