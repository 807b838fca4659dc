/** From an entrypoint's first instruction, in a namespace that has just been made, to blocked and to vks's own policy read back. */
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

export async function boot(signal: AbortSignal): Promise<Report> {
	const [blocked, proven]: [number[], number[]] = [[], []];
	for (let round = 0; round < rounds; round += 1) {
		signal.throwIfAborted();
		blocked.push(await timed([entrypoint, 'sh', '-c', 'echo "end $(date +%s%N)"'], /^end (\d+)/m, signal));
		proven.push(await timed([entrypoint, nodeExecutable(), program('vks.js'), 'run'], /Proof: proven/, signal));
	}
	return {
		name: 'boot',
		title: 'from the first instruction of container/entrypoint, over one link',
		figures: [figure('to the command, blocked, raw frames too', blocked), figure('to vks\'s own policy, PROVEN', proven)],
		findings: [finding('to the command, median', summarise(blocked).median, 'ms', {atMost: 250})],
		notes: [],
	};
}

/** Milliseconds from `begin` until the pattern is written; its first group is a time in nanoseconds, if it has one. */
async function timed(argv: readonly string[], pattern: RegExp, signal: AbortSignal): Promise<number> {
	const folder = mkdtempSync(join(tmpdir(), 'vks-boot-'));
	const env = {...process.env, VKS_RUN_FOLDER: folder, VKS_STATE_FOLDER: folder, VKS_TUNNEL_FOLDER: folder, VKS_RESOLV_CONF: join(folder, 'resolv.conf'), VKS_EXIT_URL: 'off'};
	const child = spawn('unshare', ['-n', 'sh', '-c', script, 'sh', ...argv], {stdio: ['ignore', 'pipe', 'ignore'], env, signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]), killSignal: 'SIGKILL'});
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
