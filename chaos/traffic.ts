/** The mixed traffic of a run: what an application sends, what one with bound sockets tries, and raw frames. */
import {join} from 'node:path';
import type {Lab} from '../lab/lab.ts';
import {nodeExecutable, repositoryFolder} from '../lab/program.ts';
import {isAlive, waitUntil, type Running} from '../lab/processes.ts';
import type {Mark, Witness} from '../lab/witness/witness.ts';
import type {Unstopped} from './fault.ts';

export interface Traffic {
	/** All of it, or what somebody can stop; nothing of the rest is under way when this resolves. */
	only(pauses: Unstopped | null): Promise<void>;
	/** Throws when one of the senders has ended: a run without traffic proves nothing. */
	check(): void;
	stop(): Promise<void>;
}

const programIn = (name: string): readonly string[] => [nodeExecutable(), '--disable-warning=ExperimentalWarning', join(repositoryFolder, 'chaos', 'programs', name)];

export const burst = async (lab: Lab): Promise<void> => void (await lab.exec('client', programIn('burst.ts'), {mustSucceed: true}));

export async function startTraffic(lab: Lab): Promise<Traffic> {
	const {tunnel} = lab.description.interfaces;
	const flood = await lab.flood({streams: ['udp', 'udp6', 'icmp', 'dns'], rate: 50, seconds: 86_400});
	const sockets = lab.spawn('client', programIn('sockets.ts'), {name: 'chaos-sockets'});
	const sender = (name: 'raw' | 'bound') => pausable(() => lab.spawn('client', [...programIn(`${name}.ts`), tunnel], {name: `chaos-${name}`}));
	const [raw, bound] = [sender('raw'), sender('bound')];
	const senders = (): readonly Running[] => [flood.process, sockets, ...raw.running(), ...bound.running()];
	return {
		only: async pauses => {
			await raw.run(pauses === null);
			await bound.run(pauses !== 'bound');
		},
		check: () => {
			for (const sender of senders()) {
				if (!isAlive(sender)) throw new Error(`the traffic ended; see ${sender.log}`);
			}
		},
		stop: async () => {
			await Promise.all(senders().map(sender => sender.stop()));
		},
	};
}

function pausable(start: () => Running) {
	let sender: Running | null = null;
	return {
		running: (): readonly Running[] => (sender === null ? [] : [sender]),
		run: async (wanted: boolean): Promise<void> => {
			if (wanted) sender ??= start();
			else {
				await sender?.stop();
				sender = null;
			}
		},
	};
}

/** Every kind of packet that is sent, as the witness names it when nothing guards. */
const kinds = ['tcp 4', 'tcp 6', 'udp 4', 'udp 6', 'dns', 'icmp', 'frame'] as const;

/** Before any guard stands: the witness must see each kind leave, or its zeros say nothing. */
export async function proveWitness(witness: Witness, start: Mark): Promise<number> {
	let missing: readonly string[] = kinds;
	let seen = 0;
	await waitUntil(async () => {
		const {outside, permitted} = await witness.since(start);
		seen = outside.count;
		const found = new Set(outside.samples.map(({protocol, dst, port}) => (protocol.startsWith('0x') ? 'frame' : port === 53 ? 'dns' : protocol === 'icmp' ? 'icmp' : `${protocol} ${dst.includes(':') ? 6 : 4}`)));
		missing = [...kinds.filter(kind => !found.has(kind)), ...(permitted.count === 0 ? ['permitted'] : [])];
		return missing.length === 0;
	}, 60_000);
	if (missing.length > 0) throw new Error(`the witness did not see what nothing guarded: ${missing.join(', ')}`);
	return seen;
}

/** The tunnel carries what is sent: the witness, and every hook of its own, still see the client. */
export async function trafficPasses(witness: Witness, withinMs: number): Promise<boolean> {
	const start = await witness.mark();
	return waitUntil(async () => (await witness.since(start)).endpoint.count > 20, withinMs);
}
