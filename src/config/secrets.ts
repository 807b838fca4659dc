/**
 * What must stay secret: taken out of the environment, or out of files that the settings name, once at the start, and never
 * part of the configuration, which may be printed.
 */
import {isRefusal, refusalAt} from '../access.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {fileTrouble, readSmallFile} from '../small-file.ts';
import type {GluetunAccount} from '../tunnel/gluetun/ask.ts';
import type {Config, SecretFiles} from './config.ts';
import {halfGluetunAccount, missingSecrets, tokenInTheOpen} from './secrets-needed.ts';
import {secretTable, type SecretSetting} from './secret-table.ts';
import {problemFrom, settingProblem} from './setting-problem.ts';
import {fromEnvironment, settings, type Environment} from './settings.ts';

export interface Secrets {
	/** Functions, so that nothing prints them by accident. */
	readonly openvpn: () => {readonly user: string | null; readonly password: string | null; readonly passphrase: string | null};
	readonly provider: () => {readonly nordvpnToken: string | null; readonly wireguardKey: string | null};
	readonly gluetun: () => GluetunAccount;
	readonly notifyToken: () => string | null;
}

export const noSecrets: Secrets = {
	openvpn: () => ({user: null, password: null, passphrase: null}),
	provider: () => ({nordvpnToken: null, wireguardKey: null}),
	gluetun: () => ({apiKey: null, user: null, password: null}),
	notifyToken: () => null,
};

export interface SecretsInput {
	readonly env: Environment;
	readonly config: Pick<Config, 'secretFiles' | 'provider' | 'attach' | 'notify' | 'network' | 'lan'>;
	/** Throws as `readFileSync` does. */
	readonly readFile?: (path: string) => string;
}

export function takeSecrets({env, config: {secretFiles, provider, attach, notify, network, lan}, readFile = path => readSmallFile(path, 4)}: SecretsInput): Result<Secrets, readonly Problem[]> {
	const problems: Problem[] = [];
	const complain = ({name: setting, form}: SecretSetting['file'], wrong: string, right?: string): null => {
		problems.push(problemFrom(settingProblem({setting, where: 'environment', fault: {value: null, wrong, ...(right === undefined ? {} : {right})}, form}), true));
		return null;
	};
	const take = (name: keyof SecretFiles): string | null => {
		const {value, file, isGood, wrong, right} = secretTable[name];
		const given = fromEnvironment(value, env);
		const path = secretFiles[name];
		if (path === null) {
			// A name as common as TOKEN may be somebody else's: only who names a provider means it.
			const meant = name === 'notifyToken' || (isGluetuns(name) ? attach?.to === 'gluetun' : isProviders(name) && provider.name !== 'folder');
			if (given !== null && meant && !isGood(given.text)) return complain({...value, name: given.name}, wrong);
			return given?.text ?? null;
		}
		if (given !== null) return complain(file, `contradicts ${given.name}`, `Set one of the two.`);
		try {
			const [first = ''] = readFile(path).replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
			const text = isOpenvpns(name) ? first : first.trim();
			if (text !== '' && isGood(text)) return text;
			return complain(file, text === '' ? 'names a file whose first line is empty' : `names a file whose first line ${wrong}`, right);
		} catch (error) {
			const code = fileTrouble(error);
			const refused = isRefusal(error) ? refusalAt(path, 'read') : null;
			if (refused !== null) return complain(file, `names a file that cannot be read (${code}): ${refused.why}`, refused.next);
			if (code === 'EISDIR') return complain(file, 'names a folder: Docker makes one where the file is missing on the host', 'Remove the folder on the host, put the file there, and make the container anew.');
			return complain(file, code === 'ENOENT' ? 'names a file that does not exist' : `names a file that cannot be read (${code})`);
		}
	};
	const gluetun = {apiKey: take('gluetunKey'), user: take('gluetunUser'), password: take('gluetunPassword')};
	const [user, password, passphrase, nordvpnToken, wireguardKey] = [take('user'), take('password'), take('passphrase'), take('nordvpnToken'), take('wireguardKey')];
	const notifyToken = take('notifyToken');
	// Who named a file that cannot be used need not also hear that it is missing.
	if (problems.length === 0) problems.push(...missingSecrets(provider, {nordvpnToken, wireguardKey}, env), ...halfGluetunAccount(gluetun), ...tokenInTheOpen({notify, network, lan}, notifyToken));
	return problems.length > 0 ? fail(problems) : ok({openvpn: () => ({user, password, passphrase}), provider: () => ({nordvpnToken, wireguardKey}), gluetun: () => gluetun, notifyToken: () => notifyToken});
}

/** White space may be part of those. */
const isOpenvpns = (name: keyof SecretFiles): boolean => name === 'user' || name === 'password' || name === 'passphrase';
const isGluetuns = (name: keyof SecretFiles): boolean => name.startsWith('gluetun');
const isProviders = (name: keyof SecretFiles): boolean => name === 'nordvpnToken' || name === 'wireguardKey';

/** What is to be taken out of this process's environment once it was read, so that no child inherits it. */
export const secretVariables: readonly string[] = [...Object.values(secretTable).flatMap(({value}) => [value.name, ...(value.aliases ?? [])]), settings.notifyUrl.name];
