/** From an entrypoint's first instruction, in a namespace that has just been made: to the first packet that is refused, to blocked, and to vks's own policy read back. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {nodeExecutable, repositoryFolder} from '../lab/program.ts';
import {figure, finding, type Report} from './report.ts';
import {program} from './scene.ts';
import {summarise} from './statistics.ts';

const rounds = 15;
const withinMs = 20_000;
const entrypoint = join(repositoryFolder, 'container', 'entrypoint');
/** A link to be closed, as an engine gives one; then the clock, and the entrypoint in this very process. */
const plugged = 'ip link set lo up; ip link add eth0 type veth peer name p0; ip link set eth0 up; ip link set p0 up';
const script = `${plugged}; echo "begin $(date +%s%N)"; exec "$@"`;
/** Somebody who sends all the time, more often than once in a tenth of a millisecond, until he may not (EPERM). */
const sends = 'n=0; while echo x > /dev/udp/192.0.2.1/9; do n=$((n + 1)); done 2> /dev/null; echo "after $n end ${EPOCHREALTIME/./}000"';
const beside = `${plugged}; ip address add 192.0.2.2/24 dev eth0; ip neighbour add 192.0.2.1 lladdr 02:00:00:00:00:01 dev eth0; nice -n 5 bash -c '${sends}' & sleep 0.2; echo "begin $(date +%s%N)"; "$@"; wait`;

export async function boot(signal: AbortSignal): Promise<Report> {
	const [refused, blocked, proven]: [number[], number[], number[]] = [[], [], []];
	for (let round = 0; round < rounds; round += 1) {
		signal.throwIfAborted();
		refused.push(await timed(beside, [entrypoint, 'true'], /^after [1-9]\d* end (\d+)/m, signal));
		blocked.push(await timed(script, [entrypoint, 'sh', '-c', 'echo "end $(date +%s%N)"'], /^end (\d+)/m, signal));
		proven.push(await timed(script, [entrypoint, nodeExecutable(), program('vks.js'), 'run'], /Proof: proven/, signal));
	}
	return {
		name: 'boot',
		title: 'from the first instruction of container/entrypoint, over one link',
		figures: [figure('to the first packet that is refused', refused), figure('to the command, blocked, raw frames too', blocked), figure('to vks\'s own policy, PROVEN', proven)],
		findings: [finding('to the first refusal, median', summarise(refused).median, 'ms', {atMost: 15}), finding('to the command, median', summarise(blocked).median, 'ms', {atMost: 250})],
		notes: [],
	};
}

/** Milliseconds from `begin` until the pattern is written; its first group is a time in nanoseconds, if it has one. */
async function timed(within: string, argv: readonly string[], pattern: RegExp, signal: AbortSignal): Promise<number> {
	const folder = mkdtempSync(join(tmpdir(), 'vks-boot-'));
	const env = {...process.env, VKS_RUN_FOLDER: folder, VKS_STATE_FOLDER: folder, VKS_TUNNEL_FOLDER: folder, VKS_RESOLV_CONF: join(folder, 'resolv.conf'), VKS_EXIT_URL: 'off'};
	const child = spawn('unshare', ['-n', 'bash', '-c', within, 'bash', ...argv], {stdio: ['ignore', 'pipe', 'ignore'], env, signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]), killSignal: 'SIGKILL'});
	const ended = once(child, 'exit').catch(() => undefined);
	try {
		let text = '';
		for await (const chunk of child.stdout) {
			text += String(chunk);
			const begin = /^begin (\d+)/m.exec(text)?.[1];
			const end = pattern.exec(text);
			if (begin !== undefined && end !== null) return Number(BigInt(end[1] ?? BigInt(Date.now()) * 1_000_000n) - BigInt(begin)) / 1e6;
		}
		throw new Error(`${argv.join(' ')} ended early: ${text}`);
	} finally {
		child.kill('SIGTERM');
		await ended;
		rmSync(folder, {recursive: true, force: true});
	}
}
