/** One atomic transaction with the policy of a connected tunnel: in the daemon's process, and through a spawned nft. */
import {join} from 'node:path';
import {z} from 'zod';
import {run} from '../lab/commands.ts';
import {nodeExecutable} from '../lab/program.ts';
import {figure, ratio, type Report} from './report.ts';

const measuredSchema = z.array(z.object({inProcess: z.array(z.number()), spawned: z.array(z.number()), configuration: z.string(), lines: z.number()}));

export async function apply(): Promise<Report> {
	const program = join(import.meta.dirname, 'programs', 'apply.ts');
	const {stdout} = await run(['unshare', '--net', nodeExecutable(), '--disable-warning=ExperimentalWarning', program], {timeoutMs: 60_000});
	const measured = z.parse(measuredSchema, JSON.parse(stdout));
	return {
		name: 'apply',
		title: 'one transaction with the policy of a connected tunnel, to completion',
		figures: measured.flatMap(({inProcess, spawned, configuration, lines}) => [
			figure(`${configuration}, ${lines} lines: libnftables in process`, inProcess),
			figure(`${configuration}, ${lines} lines: spawned nft -f -`, spawned),
		]),
		findings: measured.map(({inProcess, spawned, configuration}) => ratio(`${configuration}: in process / spawned`, inProcess, spawned, {atMost: 0.1})),
		notes: ['minimal: no settings. lan: two LANs, two published ports. The same text, in one namespace, in turns.'],
	};
}
