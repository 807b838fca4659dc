/** Which address the world sees, asked of a service on loopback. */
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {systemClock} from '../../../src/controller/clock.ts';
import {askExit} from '../../../src/controller/exit-check.ts';
import type {LiveTunnel} from '../../../src/controller/dial.ts';
import {exitKeeper} from '../../../src/controller/exit-keeper.ts';
import type {TunnelStats} from '../../../src/controller/tunnel-stats.ts';
import {ip, stockholm} from '../../helpers/situations.ts';

test('who asks while a question is under way waits for its answer, which is said in words', async () => {
	let asked = 0;
	const service = createServer((_request, response) => {
		asked += 1;
		response.end('{"ip":"198.51.100.77","city":"Stockholm","country":"SE"}');
	});
	await new Promise<void>(resolve => void service.listen(0, '127.0.0.1', resolve));
	try {
		const live = {use: {...stockholm, addresses: [ip('127.0.0.1')], resolvers: []}} as unknown as LiveTunnel;
		let exit: TunnelStats['exit'] = null;
		const keeper = exitKeeper({config: {exitUrl: `http://127.0.0.1:${(service.address() as AddressInfo).port}/`}, clock: systemClock(), own: null, live: () => live, known: () => exit, found: found => void (exit = found ?? exit)});
		const answers = await Promise.all([keeper.check(), keeper.inWords(), keeper.fresh()]);
		expect([answers.slice(1), asked]).toEqual([['198.51.100.77, Stockholm, SE', '198.51.100.77'], 1]);
		// Known a moment ago: nobody is asked again.
		expect([await keeper.inWords(), asked]).toEqual(['198.51.100.77, Stockholm, SE', 1]);
	} finally {
		await new Promise<void>(resolve => void service.close(() => resolve()));
	}
});

test('a service that has a name is asked from the tunnel\'s address too', async () => {
	const service = createServer((_request, response) => void response.end('{"ip":"198.51.100.77"}'));
	await new Promise<void>(resolve => void service.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => void service.close());
	const asked: string[] = [];
	const answer = await askExit(`http://exit.example.net:${(service.address() as AddressInfo).port}/`, {
		resolve: host => {
			asked.push(host);
			return Promise.resolve(ip('127.0.0.1'));
		},
		reach: () => Promise.resolve({from: ip('127.0.0.1')}),
	});
	expect([answer?.address, asked]).toEqual(['198.51.100.77', ['exit.example.net']]);
});

test('who was asked and did not answer is told, with when', async () => {
	const service = createServer((_request, response) => void response.writeHead(500).end());
	await new Promise<void>(resolve => void service.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => void service.close());
	const live = {use: {...stockholm, addresses: [ip('127.0.0.1')], resolvers: []}} as unknown as LiveTunnel;
	const told: unknown[] = [];
	const clock = {...systemClock(), now: () => 7};
	await exitKeeper({config: {exitUrl: `http://127.0.0.1:${(service.address() as AddressInfo).port}/json?key=secret`}, clock, own: null, live: () => live, known: () => null, found: (...all) => void told.push(all)}).check();
	expect(told).toEqual([[null, {host: '127.0.0.1', atMs: 7}]]);
});

test('where nobody may be asked, nothing is said', async () => {
	const keeper = exitKeeper({config: {exitUrl: null}, clock: systemClock(), own: null, live: () => null, known: () => null, found: () => undefined});
	expect([await keeper.inWords(), await keeper.fresh()]).toEqual([null, null]);
});
