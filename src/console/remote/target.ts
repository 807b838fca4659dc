/**
 * A daemon to look at, and the way to it. What becomes an argument of ssh, or a word of the shell at its other end, holds
 * nothing that either could take for an option or for shell.
 */
import {fail, ok, type Result} from '../../result.ts';

export const engines = ['docker', 'podman'] as const;
export type Engine = (typeof engines)[number];

export interface Host {
	readonly user: string | null;
	readonly name: string;
	readonly port: number | null;
}

export interface Container {
	readonly engine: Engine;
	readonly name: string;
}

export type Way =
	| {readonly kind: 'socket'; readonly path: string}
	/** Through one of them at least. */
	| {readonly kind: 'far'; readonly host: Host | null; readonly container: Container | null};

export interface Target {
	/** What the header calls it. */
	readonly name: string;
	readonly way: Way;
}

const targetName = /^[A-Za-z0-9_:][A-Za-z0-9_:.@%-]{0,63}$/;
/** As container engines have it (RestrictedNamePattern of moby). */
const containerName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
/** A name, an alias of ssh_config or an address; no dash in front, which ssh would read as an option. */
const hostName = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})|[0-9A-Fa-f:]{2,39}(?:%[A-Za-z0-9_.]{1,15})?)$/;
const userName = /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/;
const mostPort = 65_535;

export const isTargetName = (text: string): boolean => targetName.test(text);

/** `ssh://[user@]box[:port]`, with nothing behind it. */
export function parseHost(text: string): Result<Host, string> {
	const found = /^ssh:\/\/(?:([^@/]*)@)?(\[[^\]/]*\]|[^:/@[\]]*)(?::(\d{1,5}))?\/?$/.exec(text);
	if (found === null) return fail(`"${text}" is not ssh://[USER@]HOST[:PORT]`);
	const [, user = null, bracketed = '', digits] = found;
	const name = bracketed.replaceAll(/[[\]]/g, '');
	const port = digits === undefined ? null : Number(digits);
	if (user !== null && !userName.test(user)) return fail(`"${user}" is not a user's name`);
	if (!hostName.test(name)) return fail(`"${name}" is not a host's name or address`);
	if (port !== null && (port < 1 || port > mostPort)) return fail(`${port} is not a port`);
	return ok({user, name, port});
}

/** `vpn`, `docker:vpn` or `podman:vpn`. */
export function parseContainer(text: string, engine: Engine = 'docker'): Result<Container, string> {
	const [before, name] = text.includes(':') ? text.split(/:(.*)/s) : [engine, text];
	const named = engines.find(each => each === before);
	if (named === undefined) return fail(`"${before ?? ''}" is not a container engine: ${engines.join(' or ')}`);
	if (name === undefined || !containerName.test(name)) return fail(`"${name ?? ''}" is not a container's name: letters, digits, _ . - and no dash in front`);
	return ok({engine: named, name});
}

/** `ssh://root@box/vpn`, `ssh://box/podman:vpn`, `ssh://box` (vks on the host itself), `docker:vpn`, or a socket's path. */
export function parseWay(text: string): Result<Way, string> {
	if (text.startsWith('/')) return ok({kind: 'socket', path: text});
	if (!text.startsWith('ssh://')) {
		if (!text.includes(':')) return fail(`"${text}" is not a way to a daemon: ssh://[USER@]HOST[:PORT][/CONTAINER], docker:CONTAINER, podman:CONTAINER or the path of a socket`);
		const container = parseContainer(text);
		return container.ok ? ok({kind: 'far', host: null, container: container.value}) : container;
	}
	const [, authority = '', rest = ''] = /^(ssh:\/\/[^/]*)\/?(.*)$/s.exec(text) ?? [];
	const host = parseHost(authority);
	if (!host.ok) return host;
	if (rest === '') return ok({kind: 'far', host: host.value, container: null});
	const container = parseContainer(rest);
	return container.ok ? ok({kind: 'far', host: host.value, container: container.value}) : container;
}

/** `NAME=WAY`. */
export function parseTarget(text: string): Result<Target, string> {
	const [name = '', way = ''] = text.split(/=(.*)/s);
	if (!isTargetName(name)) return fail(`"${name}" is not a target's name: letters, digits, _ . @ - and no dash in front`);
	const parsed = parseWay(way);
	return parsed.ok ? ok({name, way: parsed.value}) : parsed;
}

/** As `parseWay` takes it. */
export function wayText(way: Way): string {
	if (way.kind === 'socket') return way.path;
	const {host, container} = way;
	const inside = container === null ? '' : host !== null && container.engine === 'docker' ? container.name : `${container.engine}:${container.name}`;
	if (host === null) return inside;
	const name = host.name.includes(':') ? `[${host.name}]` : host.name;
	return `ssh://${host.user === null ? '' : `${host.user}@`}${name}${host.port === null ? '' : `:${host.port}`}${inside === '' ? '' : `/${inside}`}`;
}

/** For a way that nobody named. */
export function nameOf(way: Way): string {
	if (way.kind === 'socket') return way.path;
	return [way.container?.name, way.host?.name].filter(Boolean).join('@').slice(0, 64);
}
