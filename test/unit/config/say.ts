/** Parses an environment or a file and says what an operator would read. */
import {parseConfig} from '../../../src/config/parse.ts';
import {describeSettingProblem, type SettingProblem} from '../../../src/config/setting-problem.ts';
import type {Environment} from '../../../src/config/settings.ts';
import type {Config} from '../../../src/config/config.ts';

export function configOf(env: Environment, yaml: string | null = null): Config {
	const parsed = parseConfig({env, file: yaml === null ? null : {path: '/vks.yaml', text: yaml}});
	if (!parsed.ok) throw new Error(parsed.error.map(describeSettingProblem).join('\n'));
	return parsed.value;
}

export function problemsOf(env: Environment, yaml: string | null = null): readonly SettingProblem[] {
	const parsed = parseConfig({env, file: yaml === null ? null : {path: '/vks.yaml', text: yaml}});
	return parsed.ok ? [] : parsed.error;
}

export const complaints = (env: Environment, yaml: string | null = null): readonly string[] => problemsOf(env, yaml).map(describeSettingProblem);
