/**
 * What the proxy is told. It connects to the name that the connection bears, at the address our resolver has for that very
 * name, and closes what bears none or another. Every name is one of the policy's or met its pattern whole: none is text. Pure.
 */
import type {Port} from '../net/port.ts';
import {labelForm, type NamePattern} from './name.ts';
import type {Door, EgressPlan, ScopePlan} from './plan.ts';

export interface ProxyPlaces {
	/** Absolute path of the module, where it is not built in; null where it is. */
	readonly streamModule: string | null;
	/** A folder that the proxy may write in, and nobody else. */
	readonly folder: string;
	/** Whether ::1 can be listened at. */
	readonly ipv6: boolean;
}

export function renderProxy(plan: EgressPlan, {streamModule, folder, ipv6}: ProxyPlaces): string {
	const servers = (kind: Door['speaks']): readonly string[] => plan.scopes.flatMap(scope => scope.doors.filter(({speaks}) => speaks === kind).flatMap(door => serverOf(plan, scope, door, ipv6)));
	const [tls, http] = [servers('tls'), servers('http')];
	return [
		...(streamModule === null ? [] : [`load_module ${streamModule};`]),
		'daemon off;',
		'worker_processes 1;',
		`pid ${folder}/proxy.pid;`,
		'error_log stderr error;',
		'events { worker_connections 4096; }',
		...(tls.length === 0 ? [] : block('stream', [...mapSizes, ...tls])),
		...(http.length === 0 ? [] : block('http', [...mapSizes, ...temporaryFolders.map(kind => `${kind}_temp_path ${folder}/${kind};`), 'server_tokens off;', ...http])),
		'',
	].join('\n');
}

/** A name may have 253 bytes. */
export const mapSizes = ['map_hash_bucket_size 512;', 'map_hash_max_size 8192;'];
/** Nothing is kept in them; nginx makes them all the same. */
export const temporaryFolders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

function serverOf({log}: EgressPlan, scope: ScopePlan, door: Door, ipv6: boolean): readonly string[] {
	const {port, speaks, listener} = door;
	const target = `$to_${listener}`;
	// In HTTP also where the request line names another host than the header (RFC 9112, 3.2.2): what is judged is what is sent on.
	const name = speaks === 'tls' ? '$ssl_preread_server_name' : '$host';
	return [
		...block(`map ${name} ${target}`, targetsOf(name, scope, port)),
		`log_format f_${listener} escape=json '{"scope":"${scope.word}","port":${port},"name":"${name}","to":"$upstream_addr","status":$status,"from":"$remote_addr","source":$remote_port}';`,
		...block('server', [
			`listen 127.0.0.1:${listener};`,
			...(ipv6 ? [`listen [::1]:${listener};`] : []),
			`access_log syslog:server=127.0.0.1:${log},nohostname,tag=vks f_${listener};`,
			`resolver 127.0.0.1:${scope.resolver};`,
			'resolver_timeout 5s;',
			'proxy_connect_timeout 10s;',
			...(speaks === 'tls' ? tlsLines(target) : httpLines(target)),
		]),
	];
}

/** Whoever does not say a name soon is not waited for. */
export const tlsLines = (target: string): readonly string[] => ['ssl_preread on;', 'preread_timeout 10s;', `proxy_pass ${target};`];

/** Each request is judged by itself, and goes to its own host. */
export const httpLines = (target: string): readonly string[] => [
	'client_max_body_size 0;',
	'proxy_http_version 1.1;',
	'proxy_set_header Host $host;',
	'proxy_request_buffering off;',
	'proxy_buffering off;',
	...block('location /', [`if (${target} = "") { return 403; }`, `proxy_pass http://${target};`]),
];

/** The whole of a name, without regard to its case; `\z`, because `$` would let a line end pass. */
export function targetsOf(name: string, {entries}: Pick<ScopePlan, 'entries'>, port: Port): readonly string[] {
	const patterns = entries.filter(({ports}) => ports.includes(port)).map(({pattern}) => pattern);
	return ['default "";', ...new Set(patterns.map(pattern => `${keyOf(pattern)} ${pattern.anyLabel ? name : pattern.name}:${port};`))];
}

const keyOf = ({name, anyLabel}: NamePattern): string => (anyLabel ? `"~*^${labelForm}\\.${name.replaceAll('.', '\\.')}\\z"` : name);

export const block = (head: string, lines: readonly string[]): readonly string[] => [`${head} {`, ...lines.map(line => `\t${line}`), '}'];
