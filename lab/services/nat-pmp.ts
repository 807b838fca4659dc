/**
 * A gateway that forwards ports for a time, as ProtonVPN's does by NAT-PMP (RFC 6886): one number for UDP and TCP of one client,
 * the one suggested when it is free, to the same number inside. `nat-pmp.ts <options as JSON>`, in a server's namespace. Codec pure.
 */
import {execFileSync} from 'node:child_process';
import {rmSync, writeFileSync} from 'node:fs';
import {bindUdp} from './udp.ts';

export interface NatPmpOptions {
	/** Inside the tunnel. */
	readonly gateway: string;
	/** Whose ports are forwarded. */
	readonly exit: string;
	/** The lowest it gives. */
	readonly firstPort: number;
	/** What it grants at most, in seconds. */
	readonly lifetime: number;
	/** A result code of section 3.5 that answers everything; 0 refuses nothing. */
	readonly refuse: number;
	readonly ready: string;
}

interface Forwarded {
	readonly client: string;
	readonly port: number;
	readonly transport: 'udp' | 'tcp';
	readonly untilMs: number;
}

export interface NatPmpState {
	readonly startedMs: number;
	readonly forwarded: readonly Forwarded[];
}

type Settings = Pick<NatPmpOptions, 'firstPort' | 'lifetime' | 'refuse'>;

/** What is answered, and what is forwarded from then on; no answer for what is no request (section 3.5). */
export function answerRequest(state: NatPmpState, bytes: Buffer, {client, nowMs, settings}: {readonly client: string; readonly nowMs: number; readonly settings: Settings}): {readonly answer: Buffer | null; readonly state: NatPmpState} {
	if (bytes.length < 2 || bytes.readUInt8(1) >= 128) return {answer: null, state};
	const [version, opcode] = [bytes.readUInt8(0), bytes.readUInt8(1)];
	const refusal = version !== 0 ? 1 : opcode !== 1 && opcode !== 2 ? 5 : bytes.length < 12 ? null : settings.refuse;
	if (refusal === null) return {answer: null, state};
	const answer = Buffer.alloc(16);
	answer.writeUInt8((opcode + 128) & 0xff, 1);
	answer.writeUInt16BE(refusal, 2);
	answer.writeUInt32BE(Math.floor((nowMs - state.startedMs) / 1000), 4);
	if (refusal !== 0) return {answer, state};
	const transport = opcode === 1 ? 'udp' : 'tcp';
	const lifetime = Math.min(bytes.readUInt32BE(8), settings.lifetime);
	const alive = state.forwarded.filter(({untilMs}) => untilMs > nowMs);
	const port = portFor(alive, {client, suggested: bytes.readUInt16BE(6), first: settings.firstPort});
	const forwarded = [...alive.filter(each => each.client !== client || each.transport !== transport), ...(lifetime === 0 ? [] : [{client, port, transport, untilMs: nowMs + lifetime * 1000} as const])];
	answer.writeUInt16BE(bytes.readUInt16BE(4), 8);
	answer.writeUInt16BE(lifetime === 0 ? 0 : port, 10);
	answer.writeUInt32BE(lifetime, 12);
	return {answer, state: {...state, forwarded}};
}

/** The client's own, for whichever transport; else what it suggests; else the next. None below the lowest is given. */
function portFor(forwarded: readonly Forwarded[], {client, suggested, first}: {readonly client: string; readonly suggested: number; readonly first: number}): number {
	const own = forwarded.find(each => each.client === client)?.port;
	if (own !== undefined) return own;
	const isFree = (port: number): boolean => !forwarded.some(each => each.port === port);
	if (suggested >= first && suggested < first + 100 && isFree(suggested)) return suggested;
	let port = first;
	while (!isFree(port)) port += 1;
	return port;
}

/** As one transaction, so that a connection meets the old rules or the new ones. */
export const forwardingRules = (forwarded: readonly Forwarded[], exit: string): string => `
table ip natpmp
delete table ip natpmp
table ip natpmp {
	chain in {
		type nat hook prerouting priority dstnat - 1;
${forwarded.map(({transport, port, client}) => `\t\tip daddr ${exit} ${transport} dport ${port} dnat to ${client}:${port}`).join('\n')}
	}
}
`;

export async function main(options: NatPmpOptions): Promise<void> {
	const {gateway, exit, ready, ...settings} = options;
	let state: NatPmpState = {startedMs: Date.now(), forwarded: []};
	const enforce = (): void => void execFileSync('nft', ['-f', '-'], {input: forwardingRules(state.forwarded, exit)});
	enforce();
	await bindUdp(gateway, 5351, (message, from, socket) => {
		const answered = answerRequest(state, message, {client: from.address, nowMs: Date.now(), settings});
		if (answered.state !== state) {
			state = answered.state;
			enforce();
		}
		if (answered.answer !== null) socket.send(answered.answer, from.port, from.address);
	});
	// What is over is forwarded no more.
	setInterval(() => {
		const alive = state.forwarded.filter(({untilMs}) => untilMs > Date.now());
		if (alive.length === state.forwarded.length) return;
		state = {...state, forwarded: alive};
		enforce();
	}, 200);
	process.once('SIGTERM', () => {
		state = {...state, forwarded: []};
		enforce();
		rmSync(ready, {force: true});
		process.exit(0);
	});
	writeFileSync(ready, '');
}

if (import.meta.main) await main(JSON.parse(process.argv[2] ?? '{}') as NatPmpOptions);
