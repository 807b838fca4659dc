import {describe, expect, test} from 'vitest';
import type {Bench} from './bench.ts';
import {valueOf} from './expect-result.ts';
import {withBench} from './with-bench.ts';

export function trafficContract(makeBench: () => Promise<Bench>): void {
	describe('traffic', () => {
		const bench = withBench(makeBench);

		test('a socket of somebody else\'s is listed with its uid while it is open, and not after it', async () => {
			const {traffic} = bench().kernel;
			const {flow, close} = await bench().openSocket();
			const listed = () => valueOf(traffic.sockets()).filter(socket => socket.protocol === flow.protocol && socket.flow.sourcePort === flow.sourcePort);
			expect(listed()).toEqual([{protocol: 'udp', state: 'unconnected', flow: {source: '0.0.0.0', sourcePort: flow.sourcePort, destination: '0.0.0.0', destinationPort: 0}, uid: flow.uid}]);
			await close();
			expect(listed()).toEqual([]);
		});

		test('what was forgotten is tracked no more', async () => {
			const {network, traffic} = bench().kernel;
			valueOf(await network.flushConnections());
			expect(valueOf(traffic.tracked())).toEqual([]);
		});
	});
}
