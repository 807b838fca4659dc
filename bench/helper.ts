/** A program of ours in a namespace, spoken to line by line. */
import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {join} from 'node:path';
import {insideNamespace} from '../lab/description.ts';
import {nodeExecutable} from '../lab/program.ts';

export interface Helper {
	tell(message: unknown): void;
	/** The next line it says. */
	next(): Promise<unknown>;
	stop(): void;
}

const answerWithinMs = 40_000;

/** As root, unless a user is named. */
export function startHelper(namespace: string, program: string, uid = 0): Helper {
	const file = join(import.meta.dirname, 'programs', program);
	const user = uid === 0 ? [] : ['setpriv', '--reuid', String(uid), '--regid', String(uid), '--clear-groups'];
	const [enter = '', ...rest] = insideNamespace(namespace, [...user, nodeExecutable(), '--disable-warning=ExperimentalWarning', file]);
	const child = spawn(enter, rest, {stdio: ['pipe', 'pipe', 'inherit']});
	const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
	child.stdin.on('error', () => undefined);
	return {
		tell: message => void child.stdin.write(`${JSON.stringify(message)}\n`),
		async next() {
			const timer = setTimeout(() => child.kill('SIGKILL'), answerWithinMs);
			const line = await lines.next();
			clearTimeout(timer);
			if (line.done === true) throw new Error(`${program} ended before it answered`);
			return JSON.parse(line.value);
		},
		stop: () => void child.kill('SIGKILL'),
	};
}
