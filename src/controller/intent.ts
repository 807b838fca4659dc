/**
 * The operator's intent across restarts: one small file, replaced atomically. Missing means connect as configured (blocked
 * until then); unreadable or corrupt means lockdown, because a lockdown might be what was lost. Where the state folder does not
 * take it, a copy stands in for it in the run folder, which a container keeps when it is restarted.
 */
import {constants} from 'node:fs';
import {access, rm, statfs} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {isRefusal, refusalAt} from '../access.ts';
import {makeFolderAside} from '../make-folder.ts';
import {fileTroubleInWords} from '../small-file.ts';
import {identityOf, recallBeside, recallFrom, renderCopy, renderIntent, type Recalled, type Wanted} from './intent-text.ts';
import {lastOf} from './last-of.ts';
import {emptyStateFile, readStateFile, writeStateFileAside} from './state-file.ts';

/** Why the state folder does not take it, and what to do about that. */
export interface Trouble {
	readonly why: string;
	readonly next: string;
}

export type Saved =
	| {readonly kind: 'saved'}
	/** On a full disk: what cannot be read is a lockdown, too. */
	| {readonly kind: 'emptied'; readonly trouble: Trouble}
	| {readonly kind: 'refused'; readonly trouble: Trouble};

/** What forgets the copy: `restart` of container or machine (a tmpfs), a container made `anew`; null where there is none. */
export type CopyEnds = 'restart' | 'anew' | null;

export interface IntentFile {
	readonly path: string;
	recall(): Recalled;
	/** Whether the state folder takes files, which is made where there is none. Never rejects. */
	inspect(): Promise<Trouble | null>;
	/** Never rejects; of those that wait the last is saved. A copy that stood in for it goes. */
	remember(target: Wanted): Promise<Saved>;
	/** Never rejects. */
	standIn(target: Wanted): Promise<CopyEnds>;
}

const tmpfs = 0x01021994;

export function intentFile(stateFolder: string, runFolder: string): IntentFile {
	const path = join(stateFolder, 'intent.json');
	const copy = join(runFolder, 'intent.json');
	/** Of the text in the state folder. Undefined, which no copy bears, where nobody knows. */
	let identity: string | null | undefined;
	let copied = true;
	let saved: Saved = {kind: 'saved'};
	// One after another: a copy that is written late must not outlive the file it stood in for.
	let copying: Promise<unknown> = Promise.resolve();
	const inTurn = <T>(act: () => Promise<T>, otherwise: T): Promise<T> => {
		const done = copying.then(act).catch(() => otherwise);
		copying = done;
		return done;
	};

	const save = lastOf<Wanted>(async (target, isLast) => {
		try {
			const text = renderIntent(target);
			await writeStateFileAside(path, text);
			identity = identityOf(text);
			saved = {kind: 'saved'};
			if (copied && isLast()) {
				await inTurn(async () => {
					await rm(copy, {force: true});
					copied = false;
				}, undefined);
			}
		} catch (error) {
			const trouble = troubleOf(stateFolder, error);
			const emptied = target.kind === 'lockdown' && (await emptyStateFile(path).then(() => true, () => false));
			if (emptied) identity = identityOf('');
			saved = {kind: emptied ? 'emptied' : 'refused', trouble};
		}
	});

	return {
		path,
		recall() {
			const copyText = readOr(copy);
			copied = copyText !== null;
			try {
				const text = readStateFile(path);
				identity = identityOf(text);
				return recallFrom(text, copyText);
			} catch (error) {
				return recallBeside(isRefusal(error) ? troubleOf(path, error).why : error instanceof Error ? error.message : String(error), copyText);
			}
		},
		async inspect() {
			try {
				await makeFolderAside(stateFolder, 0o700);
				await access(stateFolder, constants.W_OK | constants.X_OK);
				return null;
			} catch (error) {
				return troubleOf(stateFolder, error);
			}
		},
		async remember(target) {
			await save(target);
			return saved;
		},
		standIn: target => inTurn(async (): Promise<CopyEnds> => {
			copied = true;
			await writeStateFileAside(copy, renderCopy(target, identity === undefined ? 'unknown' : identity));
			return (await statfs(dirname(copy))).type === tmpfs ? 'restart' : 'anew';
		}, null),
	};
}

/** One that cannot be read at all is no intent of vks. */
function readOr(path: string): string | null {
	try {
		return readStateFile(path);
	} catch {
		return '';
	}
}

function troubleOf(path: string, error: unknown): Trouble {
	const refused = isRefusal(error) ? refusalAt(path, 'write') : null;
	return {
		why: refused?.why ?? fileTroubleInWords(error),
		next: refused?.next ?? 'Make the folder named by VKS_STATE_FOLDER writable, with room on its disk.',
	};
}
