/** Asks the container engine on its socket: three questions that only read, and nothing that would change anything. */
import {statSync} from 'node:fs';
import {request} from 'node:http';
import type {z} from 'zod';
import {printable} from '../config/setting-problem.ts';
import {errorCode} from '../error-code.ts';
import {fail, ok, type Result} from '../result.ts';
import {containerOf, containerSchema, listSchema, type Container, type DockerFacts} from './docker-schema.ts';

const withinMs = 5000;
const mostBytes = 16 * 1024 * 1024;
const atOnce = 8;

export type GetJson = (path: string) => Promise<Result<unknown, string>>;

export const dockerAt = (socketPath: string): GetJson => path =>
	new Promise(resolve => {
		const asked = request({socketPath, path, method: 'GET', agent: false, headers: {host: 'docker'}, signal: AbortSignal.timeout(withinMs)}, response => {
			let text = '';
			response.setEncoding('utf8').on('data', (part: string) => {
				text += part;
				if (text.length > mostBytes) asked.destroy();
			});
			response.on('end', () => resolve(response.statusCode === 200 ? parsed(text) : fail(`it answered with status ${response.statusCode ?? 0}`)));
			response.on('error', () => resolve(fail('its answer broke off')));
		});
		asked.on('error', error => resolve(fail(errorCode(error) ?? error.name)));
		asked.on('close', () => resolve(fail('it closed the connection')));
		asked.end();
	});

function parsed(text: string): Result<unknown, string> {
	try {
		return ok(JSON.parse(text));
	} catch {
		return fail('it does not answer in JSON');
	}
}

const usualSocket = '/var/run/docker.sock';

/** Null where none is mounted. Who names one means it, so that it is none is told. */
export async function askDocker(named: string | null, own: string | null): Promise<Result<DockerFacts, string> | null> {
	const engine = engineAt(named);
	return engine === null || !engine.ok ? engine : readDocker(engine.value, own);
}

/** Null where none was named and none is in its usual place. */
export function engineAt(named: string | null): Result<GetJson, string> | null {
	const path = named ?? usualSocket;
	if (isSocket(path)) return ok(dockerAt(path));
	return named === null ? null : fail(`${printable(named)} is no socket`);
}

function isSocket(path: string): boolean {
	try {
		return statSync(path).isSocket();
	} catch {
		return false;
	}
}

/** `own` is what this container may be called: its full id, or the beginning of it. */
export async function readDocker(get: GetJson, own: string | null): Promise<Result<DockerFacts, string>> {
	const list = await askFor(get, '/containers/json?all=1', listSchema);
	if (!list.ok) return list;
	const ids = list.value.map(({Id}) => Id);
	const containers: Container[] = [];
	for (let from = 0; from < ids.length; from += atOnce) {
		const some = await Promise.all(ids.slice(from, from + atOnce).map(id => askFor(get, `/containers/${encodeURIComponent(id)}/json`, containerSchema)));
		// One that was removed meanwhile is none any more.
		containers.push(...some.flatMap(each => (each.ok ? [containerOf(each.value)] : [])));
	}
	const mine = own === null ? undefined : containers.find(({id}) => id.startsWith(own));
	return ok({own: mine ?? null, others: containers.filter(container => container !== mine)});
}

export async function askFor<T>(get: GetJson, path: string, schema: z.ZodType<T>): Promise<Result<T, string>> {
	const answer = await get(path);
	if (!answer.ok) return answer;
	const checked = schema.safeParse(answer.value);
	return checked.success ? ok(checked.data) : fail('it answers in another form than Docker does');
}

/** Of the container's own files that the engine mounts, the path holds its id (/etc/hostname, /etc/hosts, resolv.conf). */
export function ownIdIn(mountinfo: string): string | null {
	return /\/containers\/([0-9a-f]{64})\//.exec(mountinfo)?.[1] ?? null;
}
