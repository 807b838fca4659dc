/** speak.ts in a lab's client, run as a user of a test's choosing, and patient: what vks refuses is refused at once. */
import {join} from 'node:path';
import type {Lab} from '../../lab/lab.ts';
import {nodeExecutable, repositoryFolder} from '../../lab/program.ts';

const program = join(repositoryFolder, 'test/helpers/speak.ts');

export async function speakAs(lab: Lab, uid: number, ...words: readonly string[]): Promise<string> {
	const user = ['setpriv', '--reuid', String(uid), '--regid', String(uid), '--clear-groups'];
	const {stdout} = await lab.exec('client', [...user, nodeExecutable(), '--disable-warning=ExperimentalWarning', program, '--patient', ...words], {timeoutMs: 300_000});
	return stdout.trim();
}
