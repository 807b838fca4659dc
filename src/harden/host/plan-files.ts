/** Plans for compose files, each by itself. Changes nothing. */
import {dirname, join, resolve} from 'node:path';
import {fail, ok, type Result} from '../../result.ts';
import {fileTrouble, readSmallFile, smallFileOrNull} from '../../small-file.ts';
import type {Choices} from '../choices.ts';
import {planCompose} from '../compose.ts';
import type {Plan} from '../plan.ts';
import {digestOf} from './execute.ts';

/** All of them or none: who names a file means it. */
export function planFiles(paths: readonly string[], choices: Choices): Result<Plan, string> {
	const plans: Plan[] = [];
	for (const path of new Set(paths.map(each => resolve(each)))) {
		const plan = planFile(path, choices);
		if (!plan.ok) return fail(`${path} could not be read: ${plan.error}`);
		plans.push(plan.value);
	}
	return ok({choices, changes: plans.flatMap(({changes}) => changes), left: plans.flatMap(({left}) => left), notLooked: plans.flatMap(({notLooked}) => notLooked)});
}

function planFile(path: string, choices: Choices): Result<Plan, string> {
	try {
		const text = readSmallFile(path);
		// A file that is not UTF-8 would be written differently from how it was read.
		return text.includes('\uFFFD') ? fail('it is not written in UTF-8') : planCompose({path, text, dotenv: smallFileOrNull(join(dirname(path), '.env'))}, choices, digestOf);
	} catch (error) {
		return fail(fileTrouble(error));
	}
}
