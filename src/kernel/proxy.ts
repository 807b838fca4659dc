/** nginx as a process of ours: a folder and a uid of its own, no capability, ended with whoever wanted it. */
import {access, chown, mkdir, readdir, readFile, readlink, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import type {DeviceDeps} from './devices-deps.ts';
import {endSupervised, supervise} from './devices-supervise.ts';
import {problem} from './problems.ts';

export interface ProxyStart {
	/** The whole configuration, for what is found on this machine. */
	readonly config: (places: {readonly streamModule: string | null; readonly folder: string; readonly ipv6: boolean}) => string;
	/** Whose process it is, and nobody else's. */
	readonly uid: number;
	readonly runFolder: string;
}

export interface HeldProxy {
	/** Ends it. Idempotent. */
	remove(): Promise<void>;
	/** Called once when it ends unasked. */
	onExit(listener: () => void): void;
}

type Deps = Pick<DeviceDeps, 'start' | 'findProgram' | 'now' | 'wait' | 'kill'>;

const configFile = 'nginx.conf';
const readyWithinMs = 5000;
/** Debian, Alpine and Fedora put it here. */
const moduleFolders = ['/usr/lib/nginx/modules', '/usr/lib64/nginx/modules', '/usr/share/nginx/modules'];
const next = 'Install it: `apt-get install nginx-light libnginx-mod-stream`, `apk add nginx nginx-mod-stream`. What is governed by VKS_EGRESS stays refused until then.';

export async function startProxy(deps: Deps, {config, uid, runFolder}: ProxyStart): Promise<Result<HeldProxy, Problem>> {
	const program = await deps.findProgram('nginx');
	if (program === null) return fail(problem('no-proxy', 'There is no program nginx.', next, true));
	await endLeftovers(deps, uid);
	const folder = join(runFolder, 'egress');
	const ipv6 = await readFile('/proc/sys/net/ipv6/conf/lo/disable_ipv6', 'utf8').then(text => text.trim() === '0', () => false);
	const text = config({streamModule: await findModule(), folder: '.', ipv6});
	const failed = await fill(folder, uid, text).then(() => null, (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)));
	if (failed !== null) return fail(problem('no-proxy', `The proxy's folder ${folder} cannot be made: ${failed}.`, 'Set VKS_RUN_FOLDER to a folder that vks may write in.', true));
	// The run folder is for nobody but us: it stands in its own, and names nothing by a path from the root.
	const started = await deps.start([program, '-e', 'stderr', '-p', './', '-c', configFile], {}, undefined, {uid, folder});
	if (!started.ok) return fail(problem('no-proxy', 'nginx could not be started.', next, true));
	const supervision = supervise(started.value);
	let removal: Promise<void> | null = null;
	const remove = (): Promise<void> => (removal ??= endSupervised(deps, started.value, supervision));
	const until = deps.now() + readyWithinMs;
	// It is written once every listener stands.
	while (!supervision.ended() && deps.now() < until) {
		if (await access(join(folder, 'proxy.pid')).then(() => true, () => false)) return ok({remove, onExit: supervision.onExit});
		await deps.wait(10);
	}
	await remove();
	return fail(problem('no-proxy', 'nginx ended, or did not listen, within 5 seconds: its stream module is missing, or a port of its is taken.', next, true));
}

async function fill(folder: string, uid: number, text: string): Promise<void> {
	await rm(folder, {recursive: true, force: true});
	await mkdir(folder, {recursive: true, mode: 0o700});
	await writeFile(join(folder, configFile), text, {mode: 0o600});
	for (const path of [join(folder, configFile), folder]) await chown(path, uid, uid);
}

async function findModule(): Promise<string | null> {
	for (const folder of moduleFolders) {
		const path = join(folder, 'ngx_stream_module.so');
		if (await access(path).then(() => true, () => false)) return path;
	}
	return null;
}

/** Of a daemon that was killed: they would hold our ports. The uid is nobody else's. */
async function endLeftovers(deps: Pick<Deps, 'kill' | 'wait'>, uid: number): Promise<void> {
	for (let tries = 0; tries < 100; tries++) {
		const left = await ofUser(uid);
		if (left.length === 0) return;
		for (const pid of left) deps.kill(pid);
		await deps.wait(10);
	}
}

/** The nginx processes of that user in this network namespace. */
async function ofUser(uid: number): Promise<readonly number[]> {
	const own = await readlink('/proc/self/ns/net').catch(() => '');
	const pids = (await readdir('/proc').catch(() => [])).filter(name => /^\d+$/.test(name));
	const found = await Promise.all(pids.map(async pid => {
		const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
		const ours = /^Name:\tnginx$/m.test(status) && !/^State:\tZ/m.test(status) && new RegExp(`^Uid:\\t${uid}\\t`, 'm').test(status);
		return ours && (await readlink(`/proc/${pid}/ns/net`).catch(() => '')) === own ? [Number(pid)] : [];
	}));
	return found.flat();
}
