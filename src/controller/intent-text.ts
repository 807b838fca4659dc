/** The operator's intent as text: in the state folder, and as the copy that stands in for it in the run folder. Pure. */
import {createHash} from 'node:crypto';
import {z} from 'zod';
import type {Target} from './state.ts';
import {parseJson} from './state-file.ts';

export type Recalled = {readonly kind: 'nothing'} | {readonly kind: 'target'; readonly target: Target} | {readonly kind: 'unreadable'; readonly why: string};
export type Wanted = Exclude<Target, {kind: 'none'}>;

const connected = {version: z.literal(2), want: z.literal('connected'), server: z.string().min(1), check: z.string()};
const lockdown = {version: z.literal(2), want: z.literal('lockdown'), reason: z.string(), by: z.string(), server: z.string().nullable(), check: z.string()};
const intentSchema = z.discriminatedUnion('want', [z.strictObject(connected), z.strictObject(lockdown)]);

/** Which text of the state folder it stands in for, by `identityOf`; null where there was none. */
const instead = z.string().nullable();
const copySchema = z.discriminatedUnion('want', [z.strictObject({...connected, instead}), z.strictObject({...lockdown, instead})]);

export function parseIntent(text: string): Recalled {
	const parsed = intentSchema.safeParse(parseJson(text));
	if (!parsed.success) return {kind: 'unreadable', why: 'it is not an intent vks wrote'};
	const target = targetOf(parsed.data);
	return parsed.data.check === checkOf(target) ? {kind: 'target', target} : {kind: 'unreadable', why: 'it was changed since vks wrote it'};
}

export const renderIntent = (target: Wanted): string => `${JSON.stringify({...fieldsOf(target), check: checkOf(target)})}\n`;

export function renderCopy(target: Wanted, instead: string | null): string {
	return `${JSON.stringify({...fieldsOf(target), instead, check: checkOf(target, instead)})}\n`;
}

export const identityOf = (text: string | null): string | null => (text === null ? null : createHash('sha256').update(text).digest('hex').slice(0, 16));

/** What is wanted, from both texts: the copy where what it stands in for is unchanged; a lockdown where nobody knows which is newer. */
export function recallFrom(text: string | null, copyText: string | null): Recalled {
	const kept: Recalled = text === null ? {kind: 'nothing'} : parseIntent(text);
	if (copyText === null) return kept;
	const copy = parseCopy(copyText);
	if (copy !== null && copy.instead === identityOf(text)) return {kind: 'target', target: copy.target};
	return saferOf(kept, copy?.target ?? null);
}

/** What the state folder says cannot be read at all. */
export const recallBeside = (why: string, copyText: string | null): Recalled =>
	saferOf({kind: 'unreadable', why}, copyText === null ? undefined : (parseCopy(copyText)?.target ?? null));

/** `copy`: null where it cannot be read. */
function saferOf(kept: Recalled, copy: Wanted | null | undefined): Recalled {
	if (kept.kind === 'target' && kept.target.kind === 'lockdown') return kept;
	if (copy === null) return {kind: 'unreadable', why: 'the copy in the run folder is not what vks wrote'};
	return copy?.kind === 'lockdown' ? {kind: 'target', target: copy} : kept;
}

function parseCopy(text: string): {readonly target: Wanted; readonly instead: string | null} | null {
	const parsed = copySchema.safeParse(parseJson(text));
	if (!parsed.success) return null;
	const target = targetOf(parsed.data);
	return parsed.data.check === checkOf(target, parsed.data.instead) ? {target, instead: parsed.data.instead} : null;
}

const targetOf = (data: z.infer<typeof intentSchema>): Wanted => (data.want === 'connected'
	? {kind: 'connected', server: data.server}
	: {kind: 'lockdown', reason: data.reason, by: data.by, server: data.server});

const fieldsOf = (target: Wanted): object => (target.kind === 'connected'
	? {version: 2, want: 'connected', server: target.server}
	: {version: 2, want: 'lockdown', reason: target.reason, by: target.by, server: target.server});

/** One byte that the disk gave back wrong can name another server that exists, and it would be connected to. */
function checkOf(target: Wanted, ...more: readonly (string | null)[]): string {
	const words = target.kind === 'connected' ? [target.kind, target.server] : [target.kind, target.reason, target.by, target.server];
	return createHash('sha256').update(JSON.stringify([...words, ...more])).digest('hex').slice(0, 16);
}
