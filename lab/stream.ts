/**
 * An application that sends datagrams at a steady rate to an echo and notes each one's fate: echoed, refused by the kernel, or
 * lost. Run inside a namespace; ends at SIGTERM with one line of JSON.
 */
import {createSocket, type Socket} from 'node:dgram';
import {performance} from 'node:perf_hooks';
import {dropPrivileges} from './privileges.ts';

/**
 * `unbound` takes its source from the route with each packet, `connected` keeps the one it was connected with, `bound` asked for
 * it.
 */
export type StreamKind = 'unbound' | 'connected' | 'bound';

export interface StreamReport {
	readonly kind: StreamKind;
	readonly sent: number;
	readonly echoed: number;
	/** Sent, not refused, and never echoed: what went into nothing. */
	readonly lost: number;
	readonly refused: number;
	/** The errors of the refused ones, each once. */
	readonly codes: readonly string[];
	/** How long its own clock stood still at most: the machine's doing, and nobody else's. */
	readonly stoodStillMs: number;
	/** Milliseconds between two echoes at most. */
	readonly longestGapMs: number;
	/** From the last datagram that was echoed to the first that was refused, as they were sent; null where none was. */
	readonly refusedAfterMs: number | null;
}

/** For echoes that are still on their way: on a busy machine they take their time. */
const stragglersMs = 3000;
const lookEveryMs = 20;
const turnMs = 1;
const mostAtOnce = 10;

interface Fate {
	readonly atMs: number;
	echoed: boolean;
	code: string | null;
}

async function main([kind = '', host = '', port = '', source = '', rate = '']: readonly string[]): Promise<void> {
	dropPrivileges(65_534);
	const socket = createSocket({type: 'udp4', recvBufferSize: 1 << 20, sendBufferSize: 1 << 20});
	socket.on('error', () => undefined);
	if (kind === 'bound') await new Promise<void>(resolve => socket.bind(0, source, resolve));
	if (kind === 'connected') await new Promise<void>(resolve => socket.connect(Number(port), host, resolve));
	const fates: Fate[] = [];
	const gaps = {lastMs: 0, longestMs: 0};
	const turns = {lastMs: performance.now(), longestMs: 0};
	socket.on('message', message => {
		const nowMs = performance.now();
		const fate = fates[message.readUInt32BE(0)];
		if (fate === undefined || fate.echoed) return;
		fate.echoed = true;
		if (gaps.lastMs > 0) gaps.longestMs = Math.max(gaps.longestMs, nowMs - gaps.lastMs);
		if (gaps.lastMs === 0) process.stdout.write('{"flows":true}\n');
		gaps.lastMs = nowMs;
	});
	const send = sender(socket, kind === 'connected' ? null : {port: Number(port), host});
	const beganMs = performance.now();
	const pace = setInterval(() => {
		turns.longestMs = Math.max(turns.longestMs, performance.now() - turns.lastMs);
		turns.lastMs = performance.now();
		// What a machine that stood still kept from being sent is not sent in one burst, which no queue holds.
		const due = Math.min(fates.length + mostAtOnce, Math.floor(((performance.now() - beganMs) * Number(rate)) / 1000));
		for (; fates.length < due;) {
			const fate: Fate = {atMs: performance.now(), echoed: false, code: null};
			const payload = Buffer.alloc(64);
			payload.writeUInt32BE(fates.length, 0);
			fates.push(fate);
			send(payload, code => (fate.code = code));
		}
	}, turnMs);
	await new Promise(resolve => process.once('SIGTERM', resolve));
	clearInterval(pace);
	const isOpen = (): boolean => fates.some(({echoed, code}) => !echoed && code === null);
	for (let waitedMs = 0; waitedMs < stragglersMs && isOpen(); waitedMs += lookEveryMs) await new Promise(resolve => setTimeout(resolve, lookEveryMs));
	process.stdout.write(`${JSON.stringify(reportOf(kind as StreamKind, fates, {longestGapMs: gaps.longestMs, stoodStillMs: turns.longestMs}))}\n`);
	process.exit(0);
}

function sender(socket: Socket, to: {readonly port: number; readonly host: string} | null): (payload: Buffer, done: (code: string | null) => void) => void {
	const heard = (done: (code: string | null) => void) => (error: Error | null) => done(error === null ? null : ((error as NodeJS.ErrnoException).code ?? error.message));
	return (payload, done) => (to === null ? socket.send(payload, heard(done)) : socket.send(payload, to.port, to.host, heard(done)));
}

function reportOf(kind: StreamKind, fates: readonly Fate[], times: Pick<StreamReport, 'longestGapMs' | 'stoodStillMs'>): StreamReport {
	const refused = fates.filter(({code}) => code !== null);
	const [firstRefused] = refused;
	const before = fates.filter(({atMs, echoed}) => echoed && firstRefused !== undefined && atMs <= firstRefused.atMs).at(-1);
	return {
		kind,
		sent: fates.length,
		echoed: fates.filter(({echoed}) => echoed).length,
		lost: fates.filter(({echoed, code}) => !echoed && code === null).length,
		refused: refused.length,
		codes: [...new Set(refused.flatMap(({code}) => code ?? []))],
		...times,
		refusedAfterMs: firstRefused === undefined || before === undefined ? null : firstRefused.atMs - before.atMs,
	};
}

if (import.meta.main) await main(process.argv.slice(2));
