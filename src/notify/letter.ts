/** A message as it is sent. Pure. */
import type {NotifyWish} from '../config/config.ts';
import {isoTime} from '../control/status.ts';
import type {Change, ChangeKind} from './change.ts';
import type {Message} from './outbox.ts';

export interface Letter {
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}

const titles: Readonly<Record<ChangeKind, string>> = {
	connected: 'CONNECTED',
	blocked: 'BLOCKED',
	lockdown: 'LOCKDOWN',
	'proof-lost': 'NOT PROVEN',
	'proof-regained': 'PROVEN',
	'failed-to-block': 'FAILED TO BLOCK',
	fight: 'somebody fights the policy',
	leak: 'LEAK',
};

/** As ntfy has them, 5 the most urgent (docs.ntfy.sh/publish/#message-priority). */
const priorities: Readonly<Record<ChangeKind, 3 | 4 | 5>> = {connected: 3, 'proof-regained': 3, blocked: 4, lockdown: 4, 'proof-lost': 4, fight: 4, 'failed-to-block': 5, leak: 5};

export function letterFor(message: Message, format: NotifyWish['format'], sentAtMs: number): Letter {
	return format === 'ntfy' ? ntfy(message) : json(message, sentAtMs);
}

/** The newest of the most urgent. */
function weightiest({changes}: Message): Change | null {
	return changes.reduce<Change | null>((found, change) => (found === null || priorities[change.kind] >= priorities[found.kind] ? change : found), null);
}

const titleOf = (change: Change | null): string => `vks: ${change === null ? 'changes' : titles[change.kind]}`;

const textOf = ({changes, skipped}: Message): string =>
	[...(skipped === 0 ? [] : [`${skipped} older changes are left out.`]), ...changes.map(({atMs, text}) => `${isoTime(atMs)} ${text}`)].join('\n');

function json(message: Message, sentAtMs: number): Letter {
	const {changes, skipped} = message;
	const body = {
		version: 1, source: 'vks', sentAt: isoTime(sentAtMs), title: titleOf(weightiest(message)), text: textOf(message),
		changes: changes.map(({kind, atMs, text}) => ({kind, at: isoTime(atMs), text})), skipped,
	};
	return {headers: {'content-type': 'application/json'}, body: JSON.stringify(body)};
}

function ntfy(message: Message): Letter {
	const newest = weightiest(message);
	return {headers: {'content-type': 'text/plain; charset=utf-8', title: titleOf(newest), priority: String(newest === null ? 3 : priorities[newest.kind])}, body: fitting(message, newest)};
}

/** What is longer than 4096 bytes ntfy makes an attachment of, or refuses (docs.ntfy.sh/publish/#limitations). */
const mostBytes = 3996;

/** The oldest go first, and what the title tells last. */
function fitting(message: Message, kept: Change | null): string {
	const {changes, skipped} = message;
	const text = textOf(message);
	const {read} = new TextEncoder().encodeInto(text, new Uint8Array(mostBytes));
	if (read === text.length) return text;
	const oldest = changes.find(change => change !== kept);
	return oldest === undefined ? `${text.slice(0, read)}…` : fitting({changes: changes.filter(change => change !== oldest), skipped: skipped + 1}, kept);
}
