/** Answers an audit as an engine does that is not installed here. Its rules are real ones, loaded beside it. */
import {createServer} from 'node:http';
import {onTestFinished} from 'vitest';

export interface Answers {
	readonly version: string;
	/** Docker 29 names it. */
	readonly firewall: string;
	readonly container: {readonly name: string; readonly ipv4: string; readonly ports: Readonly<Record<string, readonly {readonly HostIp: string; readonly HostPort: string}[]>>};
	readonly bridge: string;
}

export async function standInEngine(socket: string, {version, firewall, container, bridge}: Answers): Promise<void> {
	const [id, network] = ['a'.repeat(64), 'b'.repeat(64)];
	const answers: Readonly<Record<string, unknown>> = {
		'/version': {Version: version, Components: [{Name: 'Engine'}]},
		'/info': {FirewallBackend: {Driver: firewall}},
		'/networks': [{Id: network, Name: bridge, Driver: 'bridge', Internal: false, Options: {'com.docker.network.bridge.name': bridge}}],
		'/containers/json': [{Id: id, Names: [`/${container.name}`]}],
		[`/containers/${id}/json`]: {
			Id: id, Name: `/${container.name}`, Config: {Image: 'mine'}, State: {Running: true, StartedAt: '2026-01-01T00:00:00Z'}, HostConfig: {NetworkMode: bridge},
			NetworkSettings: {Ports: container.ports, Networks: {[bridge]: {NetworkID: network, IPAddress: container.ipv4}}},
		},
	};
	const server = createServer((request, response) => {
		const answer = answers[request.url ?? ''];
		response.statusCode = answer === undefined ? 404 : 200;
		response.end(JSON.stringify(answer ?? {}));
	});
	await new Promise<void>(resolve => server.listen(socket, resolve));
	onTestFinished(() => void server.close());
}
