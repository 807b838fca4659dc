/**
 * What is kept of a hardening, for root alone: the choices, what takes it back, and, while nobody has confirmed, that it is on
 * trial. Whoever ends a trial first renames its file, and only one can: what was confirmed is never taken back.
 */
import {linkSync, renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {z} from 'zod';
import {isMissingFile, parseJson, readStateFile, writeStateFile} from '../../controller/state-file.ts';
import {errorCode} from '../../error-code.ts';
import {fail, ok, type Result} from '../../result.ts';
import {fileTroubleInWords} from '../../small-file.ts';
import {choicesSchema} from '../choices.ts';
import {stepSchema} from '../step.ts';

const keptSchema = z.strictObject({
	version: z.literal(1),
	/** Which was the last that was confirmed. */
	trial: z.string().min(1),
	choices: choicesSchema,
	/** What leads back to before the first of them, in this order. */
	undo: z.array(stepSchema).readonly(),
});
export type Kept = z.infer<typeof keptSchema>;

const trialSchema = z.strictObject({
	version: z.literal(1), id: z.string().min(1),
	/** Nobody can confirm what is not wholly there. */
	stage: z.enum(['applying', 'standing']),
	/** Who waits for the confirmation. */
	process: z.string().min(1),
	/** What is kept once it is confirmed. */
	kept: keptSchema,
	/** What leads back to before this trial, in this order. */
	revert: z.array(stepSchema).readonly(),
});
export type HardenTrial = z.infer<typeof trialSchema>;

/** The trial itself, or what somebody began to make of it. */
export type TrialFile = 'trial' | 'confirming' | 'reverting';

const keptPath = (folder: string): string => join(folder, 'harden.json');
const trialPath = (folder: string, which: TrialFile): string => join(folder, `harden-${which}.json`);
const mostKib = 1024;

/** Null where nothing is applied. */
export const readKept = (folder: string): Result<Kept | null, string> => read(keptPath(folder), keptSchema);
export const readTrial = (folder: string, which: TrialFile = 'trial'): Result<HardenTrial | null, string> => read(trialPath(folder, which), trialSchema);

function read<T>(path: string, schema: z.ZodType<T>): Result<T | null, string> {
	try {
		const text = readStateFile(path, mostKib);
		if (text === null) return ok(null);
		const parsed = schema.safeParse(parseJson(text));
		return parsed.success ? ok(parsed.data) : fail(`${path} is not what vks wrote`);
	} catch (error) {
		return fail(`${path} cannot be read: ${fileTroubleInWords(error)}`);
	}
}

export const writeTrial = (folder: string, trial: HardenTrial): Result<void, string> => write(trialPath(folder, 'trial'), trial);
/** False where one stands: two that begin at once must not take each other's way back. */
export function createTrial(folder: string, trial: HardenTrial): Result<boolean, string> {
	const own = `${trialPath(folder, 'trial')}.${trial.id}`;
	const written = write(own, trial);
	if (!written.ok) return written;
	try {
		linkSync(own, trialPath(folder, 'trial'));
		return ok(true);
	} catch (error) {
		return errorCode(error) === 'EEXIST' ? ok(false) : fail(`${trialPath(folder, 'trial')} cannot be written: ${fileTroubleInWords(error)}`);
	} finally {
		rmSync(own, {force: true});
	}
}

export const writeBegun = (folder: string, trial: HardenTrial): Result<void, string> => write(trialPath(folder, 'reverting'), trial);
export const writeKept = (folder: string, kept: Kept): Result<void, string> => write(keptPath(folder), kept);

function write(path: string, value: unknown): Result<void, string> {
	try {
		return ok(writeStateFile(path, `${JSON.stringify(value)}\n`));
	} catch (error) {
		return fail(`${path} cannot be written: ${fileTroubleInWords(error)}`);
	}
}

/** Whether it was this one who ended the trial. */
export function claim(folder: string, as: Exclude<TrialFile, 'trial'>): Result<boolean, string> {
	try {
		renameSync(trialPath(folder, 'trial'), trialPath(folder, as));
		return ok(true);
	} catch (error) {
		return isMissingFile(error) ? ok(false) : fail(`${trialPath(folder, 'trial')}: ${fileTroubleInWords(error)}`);
	}
}

export const forgetTrial = (folder: string, which: TrialFile): void => rmSync(trialPath(folder, which), {force: true});
export const forgetKept = (folder: string): void => rmSync(keptPath(folder), {force: true});
