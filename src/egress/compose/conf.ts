/**
 * What a proxy in a container of its own is told: a door for each port, which lets through the names that have it, by the name
 * in the connection, and says of each connection what became of it. Pure.
 */
import type {Port} from '../../net/port.ts';
import {httpPort, portsIn, type EgressPolicy} from '../egress-policy.ts';
import {block, httpLines, mapSizes, targetsOf, temporaryFolders, tlsLines} from '../nginx-conf.ts';

/** Where the container's health is asked, on its own loopback. */
export const healthPort = 18_400;
/** Of its root nothing can be written but this. */
export const proxyFolder = '/tmp';

export function renderLoneProxy(entries: EgressPolicy, resolvers: readonly string[]): string {
	const doors = (wanted: (port: Port) => boolean): readonly string[] => portsIn(entries).filter(wanted).flatMap(port => door(entries, port, resolvers));
	const http = doors(port => port === httpPort);
	return [
		// Debian has the module apart; where it is built in there is no such file, and that is no fault.
		'include /usr/share/nginx/modules-available/*-stream.conf;',
		'daemon off;',
		'worker_processes 1;',
		`pid ${proxyFolder}/nginx.pid;`,
		'error_log stderr crit;',
		'events { worker_connections 4096; }',
		...block('stream', [...mapSizes, ...block('server', [`listen 127.0.0.1:${healthPort};`, 'return "up\\n";']), ...doors(port => port !== httpPort)]),
		...(http.length === 0 ? [] : block('http', [...mapSizes, ...temporaryFolders.map(kind => `${kind}_temp_path ${proxyFolder}/${kind};`), 'server_tokens off;', ...http])),
		'',
	].join('\n');
}

function door(entries: EgressPolicy, port: Port, resolvers: readonly string[]): readonly string[] {
	const target = `$to_${port}`;
	const isHttp = port === httpPort;
	const name = isHttp ? '$host' : '$ssl_preread_server_name';
	return [
		...block(`map ${name} ${target}`, targetsOf(name, {entries}, port)),
		...block(`map ${target} $verdict_${port}`, ['default allowed;', '"" refused;']),
		`log_format f_${port} escape=json '{"time":"$time_iso8601","verdict":"$verdict_${port}","name":"${name}","port":${port},"from":"$remote_addr","to":"$upstream_addr","status":$status,"sent":$bytes_sent}';`,
		...block('server', [
			`listen ${port};`,
			`access_log /dev/stdout f_${port};`,
			// Not the engine's own: to it the name is an alias, and leads back here. Both networks are of IPv4.
			`resolver ${resolvers.join(' ')} ipv6=off;`,
			'resolver_timeout 5s;',
			'proxy_connect_timeout 10s;',
			...(isHttp ? httpLines(target) : tlsLines(target)),
		]),
	];
}
