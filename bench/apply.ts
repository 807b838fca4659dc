/** One atomic transaction with the policy of a connected tunnel: in the daemon's process, and through a spawned nft. */
import {join} from 'node:path';
import {z} from 'zod';
import {run} from '../lab/commands.ts';
import {nodeExecutable} from '../lab/program.ts';
import {figure, ratio, type Report} from './report.ts';

const measuredSchema = z.object({inProcess: z.array(z.number()), spawned: z.array(z.number()), rules: z.number(), bytes: z.number()});

export async function apply(): Promise<Report> {
	const program = join(import.meta.dirname, 'programs', 'apply.ts');
	const {stdout} = await run(['unshare', '--net', nodeExecutable(), '--disable-warning=ExperimentalWarning', program], {timeoutMs: 60_000});
	const {inProcess, spawned, rules, bytes} = z.parse(measuredSchema, JSON.parse(stdout));
	return {
		name: 'apply',
		title: `one transaction of ${rules} rules (${bytes} bytes of nft text), to completion`,
		figures: [figure('libnftables in the daemon\'s process', inProcess), figure('spawned nft -f -', spawned)],
		findings: [ratio('in process / spawned', inProcess, spawned, {atMost: 0.1})],
		notes: [],
	};
}
