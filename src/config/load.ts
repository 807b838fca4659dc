/** Reads the optional file and parses it together with the environment. The only effect of this folder. */
import {isRefusal, refusalAt} from '../access.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {fileTrouble, readSmallFile} from '../small-file.ts';
import type {Config} from './config.ts';
import {parseConfig} from './parse.ts';
import {problemFrom, settingProblem, type SettingProblem} from './setting-problem.ts';
import {fromEnvironment, settings, type Environment} from './settings.ts';
import type {ConfigFile} from './yaml-file.ts';

export interface LoadInput {
	readonly env: Environment;
	/** Throws as `readFileSync` does. */
	readonly readFile?: (path: string) => string;
	/** What the caller knows about the namespace at this moment; goes into every problem. */
	readonly stillBlocking?: Problem['stillBlocking'];
}

export function loadConfig({env, readFile = readSmallFile, stillBlocking = 'unknown'}: LoadInput): Result<Config, readonly Problem[]> {
	const file = readConfigFile(env, readFile);
	const parsed = parseConfig({env, file: file.ok ? file.value : null});
	// A file that cannot be read must not hide what is wrong with the environment.
	const problems = [...(file.ok ? [] : [file.error]), ...(parsed.ok ? [] : parsed.error)];
	return parsed.ok && file.ok ? parsed : fail(problems.map(problem => problemFrom(problem, stillBlocking)));
}

function readConfigFile(env: Environment, readFile: (path: string) => string): Result<ConfigFile | null, SettingProblem> {
	const named = fromEnvironment(settings.configFile, env);
	const path = named?.text ?? settings.configFile.default;
	// The parser has a better word for a path that is none.
	if (!path.startsWith('/')) return ok(null);
	try {
		return ok({path, text: readFile(path)});
	} catch (error) {
		const code = fileTrouble(error);
		// The file is optional until the operator names one.
		if (code === 'ENOENT' && named === null) return ok(null);
		const refused = isRefusal(error) ? refusalAt(path, 'read') : null;
		const wrong = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})${refused === null ? '' : `: ${refused.why}`}`;
		const {name, form} = settings.configFile;
		return fail(settingProblem({setting: name, where: 'environment', fault: {value: path, wrong, ...(refused === null ? {} : {right: refused.next})}, form}));
	}
}
