/** Short-lived commands: argument vectors in, output out, always with a deadline. */
import {execa} from 'execa';
import {insideNamespace} from './description.ts';
import {hangsAfterMs} from './processes.ts';

export interface Ran {
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
}

export interface RunOptions {
	readonly input?: string;
	readonly timeoutMs?: number;
	readonly environment?: Readonly<Record<string, string>>;
	readonly folder?: string;
	/** Throw when the command fails. True unless told otherwise. */
	readonly mustSucceed?: boolean;
}

export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
	const [program, ...rest] = argv;
	if (program === undefined) throw new Error('nothing to run');
	const {input = '', timeoutMs = hangsAfterMs, environment = {}, folder, mustSucceed = true} = options;
	const {exitCode, stdout, stderr, shortMessage} = await execa(program, rest, {
		input,
		timeout: timeoutMs,
		killSignal: 'SIGKILL',
		env: environment,
		...(folder === undefined ? {} : {cwd: folder}),
		reject: false,
	});
	if (mustSucceed && exitCode !== 0) throw new Error([shortMessage, stderr].filter(Boolean).join('\n'));
	return {exitCode: exitCode ?? -1, stdout, stderr: stderr || (exitCode === undefined ? (shortMessage ?? '') : '')};
}

export const runIn = (namespace: string, argv: readonly string[], options?: RunOptions): Promise<Ran> =>
	run(insideNamespace(namespace, argv), options);

/** One `ip` process for many changes; `null` is the host's namespace. */
export const ipBatch = (namespace: string | null, lines: readonly string[]): Promise<Ran> =>
	run(['ip', ...(namespace === null ? [] : ['-n', namespace]), '-batch', '-'], {input: `${lines.join('\n')}\n`});

export const loadRuleset = (namespace: string, text: string): Promise<Ran> =>
	runIn(namespace, ['nft', '-f', '-'], {input: text});
