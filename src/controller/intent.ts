/**
 * The operator's intent across restarts: one small file, replaced atomically. Missing means connect as configured (blocked
 * until then); unreadable or corrupt means lockdown, because a lockdown might be what was lost.
 */
import {mkdirSync, openSync, fsyncSync, closeSync, readFileSync, renameSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {z} from 'zod';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import type {Target} from './state.ts';

const intentSchema = z.discriminatedUnion('want', [
	z.strictObject({version: z.literal(1), want: z.literal('connected'), server: z.string().min(1)}),
	z.strictObject({version: z.literal(1), want: z.literal('lockdown'), reason: z.string(), by: z.string(), server: z.string().nullable()}),
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
				return parseIntent(readFileSync(path, 'utf8'));
			} catch (error) {
				if (isMissing(error)) return {kind: 'nothing'};
				return {kind: 'unreadable', why: error instanceof Error ? error.message : String(error)};
			}
		},
		remember(target) {
			if (target.kind === 'none') return ok(undefined);
			try {
				mkdirSync(folder, {recursive: true, mode: 0o700});
				writeAtomically(path, renderIntent(target));
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
	return data.want === 'connected'
		? {kind: 'target', target: {kind: 'connected', server: data.server}}
		: {kind: 'target', target: {kind: 'lockdown', reason: data.reason, by: data.by, server: data.server}};
}

export function renderIntent(target: Exclude<Target, {kind: 'none'}>): string {
	const intent = target.kind === 'connected'
		? {version: 1, want: 'connected', server: target.server}
		: {version: 1, want: 'lockdown', reason: target.reason, by: target.by, server: target.server};
	return `${JSON.stringify(intent)}\n`;
}

/** Written beside and renamed over, so that a reader finds the old or the new intent and never half of one. */
function writeAtomically(path: string, text: string): void {
	const next = `${path}.next`;
	const file = openSync(next, 'w', 0o600);
	try {
		writeSync(file, text);
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
	renameSync(next, path);
}

/** For a lockdown on a full disk: emptying takes no room, and what cannot be read is a lockdown. */
function emptied(path: string): boolean {
	try {
		closeSync(openSync(path, 'w', 0o600));
		return true;
	} catch {
		return false;
	}
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function isMissing(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === 'ENOENT';
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
