/** Tells a caller over HTTP which address it comes from and where that address is. */
import {createServer} from 'node:http';
import {serverPlans, uplinks} from '../plan.ts';

interface Place {
	readonly city: string;
	readonly country: string;
}

const places = new Map<string, Place>(
	serverPlans.flatMap(({exit, city, country}) => [
		[exit.ipv4, {city, country}],
		[exit.ipv6, {city, country}],
	]),
);

export const placeOf = (address: string): Place => places.get(address) ?? uplinks.home;

export function startExitEcho(): void {
	const server = createServer((request, response) => {
		const ip = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
		if (request.url === '/ip') {
			response.writeHead(200, {'content-type': 'text/plain'}).end(`${ip}\n`);
			return;
		}
		response.writeHead(200, {'content-type': 'application/json'}).end(JSON.stringify({ip, ...placeOf(ip)}));
	});
	server.keepAliveTimeout = 30_000;
	server.listen(80, '::');
}
