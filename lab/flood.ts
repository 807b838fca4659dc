/** Steady streams for leak tests, run in the client until told to stop; the last line on stdout says what was sent. */
import {createSocket} from 'node:dgram';
import {connect} from 'node:net';
import {parseArgs} from 'node:util';
import {dropPrivileges} from './privileges.ts';
import {preparePing} from './ping.ts';
import {echoPort, uplinks} from './plan.ts';

export const streamNames = ['tcp', 'udp', 'udp6', 'icmp', 'dns'] as const;
export type StreamName = (typeof streamNames)[number];

export interface FloodReport {
	/** What the kernel took from the application. */
	readonly sent: Readonly<Record<StreamName, number>>;
	/** What it refused at once: the firewall's or the routing's answer. */
	readonly refused: Readonly<Record<StreamName, number>>;
	readonly tcp: 'never-opened' | 'open' | 'closed';
	readonly tcpBytesEchoed: number;
}

/** Packets per second for each stream when nobody says otherwise. */
const defaultRates: Record<StreamName, number> = {tcp: 200, udp: 600, udp6: 100, icmp: 20, dns: 20};
const totalLimit = 1_200;
const tickMs = 5;

type Send = (done: (accepted: boolean) => void) => void;

/** Opened now, before any fault, and written to for as long as it lives. */
function openTcp(address: string) {
	const socket = connect(echoPort, address);
	socket.setNoDelay(true);
	let state: FloodReport['tcp'] = 'never-opened';
	let echoed = 0;
	socket.on('connect', () => {
		state = 'open';
		process.stdout.write('{"ready":true}\n');
	});
	socket.on('data', chunk => {
		echoed += chunk.length;
	});
	socket.on('error', () => undefined);
	socket.on('close', () => {
		state = state === 'never-opened' ? state : 'closed';
	});
	const line = Buffer.alloc(64, 'x');
	const send: Send = done => {
		// What is still being opened, or is stuck, takes nothing, so that there is no burst later; and nobody refused it.
		if (socket.connecting || (state === 'open' && socket.writableLength >= 4_096)) return;
		if (state !== 'open') return done(false);
		socket.write(line);
		done(true);
	};
	return {send, state: () => state, echoed: () => echoed};
}

function openUdp(type: 'udp4' | 'udp6', address: string, port: number, message: Buffer): Send {
	const socket = createSocket(type);
	socket.on('error', () => undefined);
	return done => socket.send(message, port, address, error => done(error === null));
}

/** Keeps a stream at its rate against timer drift, never making up for more than two ticks. */
function pace(rate: number, send: () => void): NodeJS.Timeout {
	const perTick = (rate * tickMs) / 1_000;
	let owed = 0;
	let last = performance.now();
	return setInterval(() => {
		const now = performance.now();
		owed = Math.min(owed + ((now - last) * rate) / 1_000, Math.max(1, perTick * 2));
		last = now;
		for (; owed >= 1; owed -= 1) send();
	}, tickMs);
}

const query = Buffer.from('123401000001000000000000076578616d706c6504746573740000010001', 'hex');

export function main(argv: readonly string[]): void {
	const {values} = parseArgs({
		args: [...argv],
		options: {
			streams: {type: 'string', default: streamNames.join(',')},
			rate: {type: 'string'},
			seconds: {type: 'string', default: '600'},
			uid: {type: 'string', default: '65534'},
			resolver: {type: 'string', default: uplinks.addresses.otherResolver.ipv4},
		},
	});
	const wanted = values.streams.split(',');
	const chosen = streamNames.filter(name => wanted.includes(name));
	const {internet} = uplinks.addresses;
	const payload = Buffer.alloc(100, 'v');
	const openPing = preparePing();
	dropPrivileges(Number(values.uid));
	const ping = openPing(internet.ipv4);
	const tcp = chosen.includes('tcp') ? openTcp(internet.ipv4) : null;
	const sends: Record<StreamName, Send> = {
		tcp: tcp?.send ?? (done => done(false)),
		udp: openUdp('udp4', internet.ipv4, echoPort, payload),
		udp6: openUdp('udp6', internet.ipv6, echoPort, payload),
		icmp: done => done(ping()),
		dns: openUdp('udp4', values.resolver, 53, query),
	};
	const sent: Record<StreamName, number> = {tcp: 0, udp: 0, udp6: 0, icmp: 0, dns: 0};
	const refused: Record<StreamName, number> = {tcp: 0, udp: 0, udp6: 0, icmp: 0, dns: 0};
	const rateOf = (name: StreamName): number => (values.rate === undefined ? defaultRates[name] : Number(values.rate));
	const scale = Math.min(1, totalLimit / chosen.reduce((total, name) => total + rateOf(name), 0));
	const timers = chosen.map(name =>
		pace(rateOf(name) * scale, () =>
			sends[name](accepted => {
				(accepted ? sent : refused)[name] += 1;
			}),
		),
	);
	if (tcp === null) process.stdout.write('{"ready":true}\n');
	const finish = (): void => {
		for (const timer of timers) clearInterval(timer);
		// Datagrams handed over in this turn are reported in the next.
		setTimeout(() => {
			const report: FloodReport = {sent, refused, tcp: tcp?.state() ?? 'never-opened', tcpBytesEchoed: tcp?.echoed() ?? 0};
			process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
		}, 20);
	};
	process.once('SIGTERM', finish).once('SIGINT', finish);
	setTimeout(finish, Number(values.seconds) * 1_000);
}

if (import.meta.main) main(process.argv.slice(2));
