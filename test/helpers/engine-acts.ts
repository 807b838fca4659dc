/** What tests do with containers, and what they wait for. */
import type {Ran} from '../../lab/commands.ts';
import type {Engine} from '../../lab/engine/engine.ts';
import {images} from '../../lab/engine/images.ts';
import type {Lab} from '../../lab/lab.ts';
import {waitUntil} from '../../lab/processes.ts';
import {pageSchema, type EngineStage, type Page} from './engine-stage.ts';

/** What the containers of a lab's operator are told besides what the compose file says. */
export const labEnvironment = ({description}: Lab): Readonly<Record<string, string>> => ({VKS_EXIT_URL: description.exitUrl, VKS_DRILL_EVERY: 'off', VKS_SERVER: 'se-sto-1'});

/** `docker run` as the shipped files have it, for what is tried without one. */
export const vpnArguments = ({lab, tunnels}: {readonly lab: Lab; readonly tunnels: string}): readonly string[] => [
	'--cap-drop', 'ALL', '--cap-add', 'NET_ADMIN', '--cap-add', 'NET_RAW', '--security-opt', 'no-new-privileges:true', '--device', '/dev/net/tun',
	'--sysctl', 'net.ipv4.conf.all.src_valid_mark=1', '--volume', `${tunnels}:/etc/vks/tunnels:ro`,
	'--publish', '127.0.0.1:8080:8080', '--env', 'VKS_INBOUND_PORTS=8080/tcp',
	...Object.entries(labEnvironment(lab)).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
];

/** It goes on: more is echoed, and the exit echo answers, after the page that was read. */
export const answeredAfter = (stage: EngineStage, {echoes, nowMs}: Page, port?: number): Promise<Page> =>
	stage.until('it was answered again', now => now.echoes > echoes + 20 && (now.lastExitAtMs ?? 0) > nowMs, port);

/** The application's page, asked from inside it: also where its port is published nowhere, or closed. */
export async function pageInside({engine}: Pick<EngineStage, 'engine'>): Promise<Page> {
	const {stdout} = await engine.docker(['exec', 'application', 'node', '-e', 'require("node:http").get("http://127.0.0.1:8080", answer => answer.pipe(process.stdout))']);
	return pageSchema.parse(JSON.parse(stdout));
}

/** The application goes on sending: by its own word, asked from inside, because its port is closed with all others. */
export async function stillSends(stage: EngineStage): Promise<void> {
	const sent = async (): Promise<number> => (await pageInside(stage)).sent;
	const before = await sent();
	if (!(await waitUntil(async () => (await sent()) > before + 50))) throw new Error('the application does not send any more');
}

/** The name under which a shipped file asks for an application that cannot be fetched here. */
export const standFor = (engine: Engine, name: string): Promise<Ran> => engine.docker(['tag', images.application, name]);
