/** nginx as a process of ours: a folder and a uid of its own, no capability, ended with whoever wanted it. */
import {access, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {lacking, self} from '../access.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import type {DeviceDeps} from './devices-deps.ts';
import {endSupervised, supervise} from './devices-supervise.ts';
import {problem} from './problems.ts';
import {configFile, fillProxyFolder} from './proxy-folder.ts';
import {endProxies} from './proxy-leftovers.ts';

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

const readyWithinMs = 5000;
/** Debian, Alpine and Fedora put it here. */
const moduleFolders = ['/usr/lib/nginx/modules', '/usr/lib64/nginx/modules', '/usr/share/nginx/modules'];
const refusedUntilThen = 'What is governed by VKS_EGRESS stays refused until then.';
const next = `Install it: \`apt-get install nginx libnginx-mod-stream\`, \`apk add nginx nginx-mod-stream\`. ${refusedUntilThen}`;

export async function startProxy(deps: Deps, {config, uid, runFolder}: ProxyStart): Promise<Result<HeldProxy, Problem>> {
	const program = await deps.findProgram('nginx');
	if (program === null) return fail(problem('no-proxy', 'There is no program nginx.', next, true));
	const lacks = lacking(self(), ['SETUID', 'SETGID', 'KILL']);
	if (lacks.length > 0) return fail(problem('no-proxy', `vks may not run nginx as a user of its own: it lacks ${lacks.join(', ')}.`, `Give its container \`cap_add: [${lacks.join(', ')}]\`, which nginx itself does not get. ${refusedUntilThen}`, true));
	await endProxies(deps, uid);
	const folder = join(runFolder, 'egress');
	const ipv6 = await readFile('/proc/sys/net/ipv6/conf/lo/disable_ipv6', 'utf8').then(text => text.trim() === '0', () => false);
	const text = config({streamModule: await findModule(), folder: '.', ipv6});
	const failed = await fillProxyFolder(folder, text).then(() => null, (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)));
	if (failed !== null) return fail(problem('no-proxy', `The proxy's folder ${folder} cannot be made: ${failed}.`, 'Set VKS_RUN_FOLDER to a folder that vks may write in.', true));
	// The run folder is for nobody but us: it stands in its own, and names nothing by a path from the root.
	const started = await deps.start([program, '-e', 'stderr', '-p', './', '-c', configFile], {}, undefined, {uid, folder});
	if (!started.ok) return fail(problem('no-proxy', `nginx could not be started as uid ${uid}: the system refused it. In a user namespace that uid must be mapped.`, next, true));
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

async function findModule(): Promise<string | null> {
	for (const folder of moduleFolders) {
		const path = join(folder, 'ngx_stream_module.so');
		if (await access(path).then(() => true, () => false)) return path;
	}
	return null;
}
