/** What talks to whom, on the real kernel: rewritten addresses, marks, both families, and TCP in its states. */
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {connect, createServer, type AddressInfo} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {valueOf} from '../expect-result.ts';
import {withBench} from '../with-bench.ts';
import {nft, realBench} from './real-bench.ts';

const bench = withBench(() => realBench('libnftables'));

test('a connection is tracked as it began and as it is answered, with its mark', async () => {
	expect(nft('add table ip track\nadd chain ip track out { type nat hook output priority -100; }\nadd rule ip track out udp dport 7777 ct mark set 0x5 dnat to 127.0.0.1:7778\n')).toBe(true);
	const socket = createSocket('udp4');
	onTestFinished(() => void socket.close());
	socket.on('error', () => undefined);
	await new Promise(resolve => socket.send('x', 7777, '127.0.0.1', resolve));
	const {port} = socket.address();
	const {tracked} = bench().kernel.traffic;
	expect(valueOf(tracked()).filter(({begun}) => begun.sourcePort === port)).toEqual([{
		protocol: 'udp', mark: 5, secondsLeft: expect.any(Number),
		begun: {source: '127.0.0.1', sourcePort: port, destination: '127.0.0.1', destinationPort: 7777},
		answered: {source: '127.0.0.1', sourcePort: 7778, destination: '127.0.0.1', destinationPort: port},
	}]);
});

test('sockets are told in their states, of both families', async () => {
	const server = createServer().listen(0, '::1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	const accepted = once(server, 'connection');
	const client = connect(port, '::1');
	onTestFinished(() => {
		client.destroy();
		server.close();
	});
	await Promise.all([once(client, 'connect'), accepted]);
	const about = valueOf(bench().kernel.traffic.sockets()).filter(({flow}) => flow.sourcePort === port || flow.destinationPort === port);
	expect(about.map(({state}) => state).toSorted()).toEqual(['established', 'established', 'listen']);
	expect(about.find(({state}) => state === 'listen')).toEqual({protocol: 'tcp', state: 'listen', flow: {source: '::1', sourcePort: port, destination: '::', destinationPort: 0}, uid: 0});
});
