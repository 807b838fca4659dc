/**
 * What must stay secret: taken out of the environment, or out of files that the settings name, once at the start, and never
 * part of the configuration, which may be printed.
 */
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {fileTrouble, readSmallFile} from '../small-file.ts';
import type {Config, SecretFiles} from './config.ts';
import {parseSecret} from './parse-secret.ts';
import {problemFrom, settingProblem} from './setting-problem.ts';
import {fromEnvironment, settings, type Environment} from './settings.ts';

export interface Secrets {
	/** A function, so that nothing prints them by accident. */
	readonly openvpn: () => {readonly user: string | null; readonly password: string | null; readonly passphrase: string | null};
}

export const noSecrets: Secrets = {openvpn: () => ({user: null, password: null, passphrase: null})};

const secretSettings = {user: settings.openvpnUser, password: settings.openvpnPassword, passphrase: settings.openvpnKeyPassword} as const;
const fileSettings = {user: settings.openvpnUserFile, password: settings.openvpnPasswordFile, passphrase: settings.openvpnKeyPasswordFile} as const;
const names = ['user', 'password', 'passphrase'] as const satisfies readonly (keyof SecretFiles)[];

export interface SecretsInput {
	readonly env: Environment;
	readonly config: Pick<Config, 'secretFiles'>;
	/** Throws as `readFileSync` does. */
	readonly readFile?: (path: string) => string;
}

export function takeSecrets({env, config: {secretFiles}, readFile = path => readSmallFile(path, 4)}: SecretsInput): Result<Secrets, readonly Problem[]> {
	const problems: Problem[] = [];
	const complain = (name: keyof SecretFiles, wrong: string, right?: string): null => {
		const {name: setting, form} = fileSettings[name];
		problems.push(problemFrom(settingProblem({setting, where: 'environment', fault: {value: null, wrong, ...(right === undefined ? {} : {right})}, form}), true));
		return null;
	};
	const take = (name: keyof SecretFiles): string | null => {
		const given = fromEnvironment(secretSettings[name], env)?.text ?? null;
		const path = secretFiles[name];
		if (path === null) return given;
		if (given !== null) return complain(name, `contradicts ${secretSettings[name].name}`, `Set one of the two.`);
		try {
			const [first = ''] = readFile(path).replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
			const parsed = parseSecret(first);
			if (first !== '' && parsed.ok) return parsed.value;
			return complain(name, first === '' ? 'names a file whose first line is empty' : 'names a file whose first line OpenVPN cannot be told', 'Write it as the first line: at most 250 bytes, without control characters.');
		} catch (error) {
			const code = fileTrouble(error);
			return complain(name, code === 'ENOENT' ? 'names a file that does not exist' : `names a file that cannot be read (${code})`);
		}
	};
	const [user, password, passphrase] = [take('user'), take('password'), take('passphrase')];
	return problems.length > 0 ? fail(problems) : ok({openvpn: () => ({user, password, passphrase})});
}

/** What is to be taken out of this process's environment once it was read, so that no child inherits it. */
export const secretVariables: readonly string[] = names.map(name => secretSettings[name].name);
