/**
 * The operator's intent across restarts: one small file, replaced atomically. Missing means connect as configured (blocked
 * until then); unreadable or corrupt means lockdown, because a lockdown might be what was lost.
 */
import {createHash} from 'node:crypto';
import {join} from 'node:path';
import {z} from 'zod';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import type {Target} from './state.ts';
import {emptyStateFile, parseJson, readStateFile, writeStateFile} from './state-file.ts';

const intentSchema = z.discriminatedUnion('want', [
	z.strictObject({version: z.literal(2), want: z.literal('connected'), server: z.string().min(1), check: z.string()}),
	z.strictObject({version: z.literal(2), want: z.literal('lockdown'), reason: z.string(), by: z.string(), server: z.string().nullable(), check: z.string()}),
]);

export type Recalled = {readonly kind: 'nothing'} | {readonly kind: 'target'; readonly target: Target} | {readonly kind: 'unreadable'; readonly why: string};

export interface IntentFile {
	recall(): Recalled;
	remember(target: Target): Result<void, Problem>;
}

export function intentFile(folder: string): IntentFile {
	const path = join(folder, 'intent.json');
	return {
		recall() {
			try {
				const text = readStateFile(path);
				return text === null ? {kind: 'nothing'} : parseIntent(text);
			} catch (error) {
				return {kind: 'unreadable', why: error instanceof Error ? error.message : String(error)};
			}
		},
		remember(target) {
			if (target.kind === 'none') return ok(undefined);
			try {
				writeStateFile(path, renderIntent(target));
				return ok(undefined);
			} catch (error) {
				const kept = target.kind === 'lockdown' && emptied(path);
				return fail(notSaved(path, error, kept ? 'the file was emptied, so a restart is a lockdown all the same, without its reason' : 'a restart will not remember this'));
			}
		},
	};
}

export function parseIntent(text: string): Recalled {
	const parsed = intentSchema.safeParse(parseJson(text));
	if (!parsed.success) return {kind: 'unreadable', why: 'it is not an intent vks wrote'};
	const {data} = parsed;
	const target: Exclude<Target, {kind: 'none'}> = data.want === 'connected'
		? {kind: 'connected', server: data.server}
		: {kind: 'lockdown', reason: data.reason, by: data.by, server: data.server};
	return data.check === checkOf(target) ? {kind: 'target', target} : {kind: 'unreadable', why: 'it was changed since vks wrote it'};
}

export function renderIntent(target: Exclude<Target, {kind: 'none'}>): string {
	const intent = target.kind === 'connected'
		? {version: 2, want: 'connected', server: target.server}
		: {version: 2, want: 'lockdown', reason: target.reason, by: target.by, server: target.server};
	return `${JSON.stringify({...intent, check: checkOf(target)})}\n`;
}

/** One byte that the disk gave back wrong can name another server that exists, and it would be connected to. */
function checkOf(target: Exclude<Target, {kind: 'none'}>): string {
	const words = target.kind === 'connected' ? [target.kind, target.server] : [target.kind, target.reason, target.by, target.server];
	return createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 16);
}

/** For a lockdown on a full disk: emptying takes no room, and what cannot be read is a lockdown. */
function emptied(path: string): boolean {
	try {
		emptyStateFile(path);
		return true;
	} catch {
		return false;
	}
}

function notSaved(path: string, error: unknown, consequence: string): Problem {
	return {
		code: 'state-folder',
		severity: 'warning',
		what: `The intent could not be saved to ${path}: ${error instanceof Error ? error.message : String(error)}; ${consequence}.`,
		stillBlocking: true,
		next: 'Make the folder named by VKS_STATE_FOLDER writable, with room on its disk.',
	};
}
