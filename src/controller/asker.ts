/**
 * Asks the targets through one tunnel: pings and TCP connections, bound to its device and from its address, so that nothing of
 * it can leave by another way. Nothing here waits: what came is looked at a second later.
 */
import type {HealthTarget} from '../config/config.ts';
import type {EchoSocket, ProbeFlow, Probes} from '../kernel/kernel.ts';
import {familyOf, type Family, type IpAddress} from '../net/address.ts';
import type {TunnelUse} from '../policy/policy.ts';
import {echoRequest} from '../verify/frames.ts';
import {answered, asking, forgotten, neverAsked, type Asked} from './asked.ts';
import {tokenOf} from './pings.ts';

export interface AskerDeps {
	readonly probes: Pick<Probes, 'openEcho' | 'openFlow'>;
	readonly targets: readonly HealthTarget[];
	readonly use: Pick<TunnelUse, 'interface' | 'addresses'>;
	readonly monotonic: () => number;
	/** On all that is sent, where the policy must know it. */
	readonly mark: number | undefined;
	/** By which answers to our pings are known; 32 bits. */
	readonly key: number;
}

export interface AskedTarget {
	readonly target: HealthTarget;
	readonly asked: Asked;
}

export interface Asker {
	/** The one that answered last, or each in turn where none did; or every one. */
	ask(whom: 'one' | 'all'): void;
	/** Takes what came in since. */
	read(): readonly AskedTarget[];
	/** What was asked before is no longer waited for. */
	forget(): void;
	close(): void;
}

/** A connection that is not there by then will not come: its SYN was repeated once (RFC 6298, 2.1). */
const connectWithinMs = 3000;
const mostFlows = 4;

export function createAsker({probes, targets, use, monotonic, mark, key}: AskerDeps): Asker {
	const states = targets.map(() => neverAsked);
	const echoes = new Map<Family, EchoSocket | null>();
	let flows: readonly {readonly index: number; readonly flow: ProbeFlow; readonly sinceMs: number}[] = [];
	let [turn, count] = [0, 0];
	let open = true;

	const sourceFor = (address: IpAddress): IpAddress | undefined => use.addresses.find(own => familyOf(own) === familyOf(address));
	const note = (index: number, change: (asked: Asked, atMs: number) => Asked): void => {
		const state = states[index];
		if (state !== undefined) states[index] = change(state, monotonic());
	};

	/** Without the capability there are no pings, and who never answered has no vote. */
	const echoFor = (family: Family, source: IpAddress): EchoSocket | null => {
		if (!echoes.has(family)) {
			const opened = probes.openEcho({family, device: use.interface, source, bears: mark});
			echoes.set(family, opened.ok ? opened.value : null);
		}
		return echoes.get(family) ?? null;
	};

	/** What the kernel refuses to send was never asked. */
	const send = (target: HealthTarget, index: number): void => {
		const source = sourceFor(target.address);
		if (source === undefined) return;
		if (target.kind === 'ping') {
			const family = familyOf(target.address);
			if (echoFor(family, source)?.send(target.address, echoRequest(family, tokenOf(key, count++))).kind === 'sent') note(index, asking);
			return;
		}
		if (flows.filter(flow => flow.index === index).length >= mostFlows) return;
		const flow = probes.openFlow({destination: target.address, port: target.port, source, device: use.interface, mark});
		if (flow === null) return;
		flows = [...flows, {index, flow, sinceMs: monotonic()}];
		note(index, asking);
	};

	const readEchoes = (): void => {
		const mine = Buffer.from(tokenOf(key, 0)).subarray(0, 8);
		for (const {from, message} of [...echoes.values()].flatMap(socket => socket?.read() ?? [])) {
			const reply = message[0] === 0 || message[0] === 129;
			const index = targets.findIndex(target => target.kind === 'ping' && target.address === from);
			if (reply && index >= 0 && Buffer.from(message.subarray(8, 16)).equals(mine)) note(index, answered);
		}
	};
	const readFlows = (): void => {
		flows = flows.filter(({index, flow, sinceMs}) => {
			const there = flow.established();
			if (there) note(index, answered);
			if (!there && monotonic() - sinceMs < connectWithinMs) return true;
			flow.close();
			return false;
		});
	};

	return {
		ask(whom) {
			if (!open || targets.length === 0) return;
			if (whom === 'all') return targets.forEach(send);
			const latest = Math.max(...states.map(({answeredAtMs}) => answeredAtMs ?? -1));
			const index = latest < 0 ? turn++ % targets.length : states.findIndex(({answeredAtMs}) => answeredAtMs === latest);
			const target = targets[index];
			if (target !== undefined) send(target, index);
		},
		read() {
			if (open) {
				readEchoes();
				readFlows();
			}
			return targets.map((target, index) => ({target, asked: states[index] ?? neverAsked}));
		},
		forget() {
			states.forEach((state, index) => {
				states[index] = forgotten(state);
			});
		},
		close() {
			open = false;
			echoes.forEach(socket => socket?.close());
			flows.forEach(({flow}) => flow.close());
			flows = [];
		},
	};
}
