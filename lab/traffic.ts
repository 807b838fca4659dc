/**
 * The application beside the kill switch: ordinary traffic, about 20 packets per second, and now and then something
 * that must be refused. It survives every failure, says when it begins, and ends on SIGTERM, saying what it saw.
 */
import {createSocket} from 'node:dgram';
import {Resolver} from 'node:dns/promises';
import {readFileSync} from 'node:fs';
import {get} from 'node:http';
import {connect} from 'node:net';
import {parseArgs} from 'node:util';
import {setTimeout as sleep} from 'node:timers/promises';
import {echoPort, uplinks} from './plan.ts';
import {dropPrivileges} from './privileges.ts';

const {internet, resolver, otherResolver, lan} = uplinks.addresses;
const patienceMs = 3_000;

interface Activity {
	readonly name: string;
	readonly everyMs: number;
	/** Rejects when the network does not give what was asked for. */
	readonly act: () => Promise<void>;
}

const askExit = (url: string): Promise<void> =>
	new Promise((resolve, reject) => {
		const request = get(url, {agent: false, timeout: patienceMs}, response => {
			response.resume();
			response.once('end', resolve);
			response.once('error', reject);
		});
		request.once('timeout', () => request.destroy(new Error('no answer')));
		request.once('error', reject);
	});

async function lookUp(server: string): Promise<void> {
	const asker = new Resolver({timeout: patienceMs, tries: 1});
	asker.setServers([server]);
	await asker.resolve4('example.test');
}

/** The file the daemon keeps; read each time, as a C library does. */
function configuredResolver(path: string | undefined): string {
	if (path === undefined) return resolver.ipv4;
	const text = readFileSync(path, 'utf8');
	return /^nameserver\s+(\S+)/m.exec(text)?.[1] ?? resolver.ipv4;
}

const knock = (host: string, port: number): Promise<void> =>
	new Promise((resolve, reject) => {
		const socket = connect({host, port, timeout: patienceMs});
		socket.once('connect', () => {
			socket.destroy();
			resolve();
		});
		socket.once('timeout', () => socket.destroy(new Error('no answer')));
		socket.once('error', reject);
	});

/** One connection for as long as it lives: a session that a switch of servers visibly ends. */
function longSession(): () => Promise<void> {
	let socket: ReturnType<typeof connect> | null = null;
	const line = Buffer.alloc(64, 's');
	return async () => {
		if (socket === null || socket.destroyed) {
			const fresh = connect({host: internet.ipv4, port: echoPort});
			// Nothing acknowledged for this long means the session is dead.
			fresh.setTimeout(15_000, () => fresh.destroy());
			fresh.on('error', () => fresh.destroy());
			fresh.resume();
			socket = fresh;
		}
		if (socket.writableLength > 4_096) throw new Error('the session is stuck');
		socket.write(line);
	};
}

function datagrams(): () => Promise<void> {
	const socket = createSocket('udp4');
	socket.on('error', () => undefined);
	const message = Buffer.alloc(64, 'd');
	return () =>
		new Promise((resolve, reject) => {
			socket.send(message, echoPort, internet.ipv4, error => (error === null ? resolve() : reject(error)));
		});
}

export async function main(argv: readonly string[]): Promise<void> {
	const {values} = parseArgs({args: [...argv], options: {uid: {type: 'string', default: '65534'}}});
	const resolvConf = process.env['VKS_RESOLV_CONF'];
	dropPrivileges(Number(values.uid));
	const activities: readonly Activity[] = [
		{name: 'http', everyMs: 1_500, act: () => askExit(`http://${internet.ipv4}/`)},
		{name: 'session', everyMs: 400, act: longSession()},
		{name: 'udp', everyMs: 300, act: datagrams()},
		{name: 'dns', everyMs: 2_000, act: async () => lookUp(configuredResolver(resolvConf))},
		{name: 'other-resolver', everyMs: 7_000, act: () => lookUp(otherResolver.ipv4)},
		{name: 'lan-host', everyMs: 11_000, act: () => knock(lan.ipv4, 80)},
	];
	const stopped = new AbortController();
	process.once('SIGTERM', () => stopped.abort()).once('SIGINT', () => stopped.abort());
	// From here on a signal is answered by the report.
	process.stdout.write('begun\n');
	const reports = await Promise.all(activities.map(activity => repeat(activity, stopped.signal)));
	process.stdout.write(`${JSON.stringify(Object.fromEntries(reports))}\n`, () => process.exit(0));
}

async function repeat({name, everyMs, act}: Activity, signal: AbortSignal): Promise<[string, {done: number; failed: number}]> {
	const count = {done: 0, failed: 0};
	while (!signal.aborted) {
		await Promise.race([act(), aborted(signal)]).then(
			() => (count.done += 1),
			() => (count.failed += 1),
		);
		await sleep(everyMs, undefined, {signal}).catch(() => undefined);
	}
	return [name, count];
}

const aborted = (signal: AbortSignal): Promise<void> =>
	new Promise(resolve => {
		if (signal.aborted) resolve();
		signal.addEventListener('abort', () => resolve(), {once: true});
	});

if (import.meta.main) await main(process.argv.slice(2));
