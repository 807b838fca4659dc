/** Which tunnels of ours there are: the one that carries, one that is being raised, and one that carried until a moment ago. */
import type {Config} from '../config/config.ts';
import type {Endpoint} from '../net/port.ts';
import type {TunnelUse} from '../policy/policy.ts';
import {slotOf} from '../policy/slots.ts';
import type {LiveTunnel} from './dial.ts';
import {hasLostSource, type Source} from './lost-source.ts';
import type {NetworkReading} from './network-keeper.ts';

/** A tunnel that is being raised, from the opening of its pinhole until it stands, or until it takes over from another. */
export interface Rising {
	readonly use: TunnelUse;
	/** Raised beside the one that carries, and not alone. */
	readonly beside: boolean;
	/** Null until its device stands. */
	readonly live: LiveTunnel | null;
	/** Who is asked through it, at this moment, which address the world sees. */
	readonly exit: Endpoint | null;
}

/** Each as the policy is to see it. */
export interface Uses {
	readonly carrying: TunnelUse | null;
	readonly rising: TunnelUse | null;
	readonly leaving: TunnelUse | null;
}

export interface Tunnels {
	/** The routes lead to it. */
	live(): LiveTunnel | null;
	rising(): Rising | null;
	leaving(): LiveTunnel | null;
	/** What stands beside the one that carries. */
	beside(): LiveTunnel | null;
	uses(): Uses;
	/** Its pinhole is to open. */
	begin(use: TunnelUse, how: 'alone' | 'beside'): void;
	/** Its device stands. */
	raised(live: LiveTunnel): void;
	/** Null when it was asked. */
	asking(exit: Endpoint | null): void;
	/** It is the one now. */
	stand(live: LiveTunnel): void;
	/** What was raised beside carries, and what carried leaves. False where there are no two. */
	move(): boolean;
	/** What was leaving carries again; answers with what carried meanwhile. */
	moveBack(): LiveTunnel | null;
	/** What was being raised is no longer ours; answers with it where it stands. */
	drop(): LiveTunnel | null;
	/** The same of what was leaving. */
	letGo(): LiveTunnel | null;
	/** The same of all. */
	clear(): readonly LiveTunnel[];
	/** True once after the address that the one that carries sends from has gone. */
	hasMoved(): boolean;
}

export function createTunnels(config: Config, reading: () => NetworkReading | null): Tunnels {
	/** Where the process behind it sends from; those of a kernel device notice themselves. */
	const sources = new WeakMap<LiveTunnel, Source>();
	let live: LiveTunnel | null = null;
	let rising: Rising | null = null;
	let leaving: LiveTunnel | null = null;

	const remember = (tunnel: LiveTunnel): void => {
		const uplink = reading()?.choice.uplink ?? null;
		if (tunnel.use.senderUid !== null && uplink !== null) sources.set(tunnel, uplink);
	};

	return {
		live: () => live,
		rising: () => rising,
		leaving: () => leaving,
		beside: () => leaving ?? (rising?.beside === true ? rising.live : null),
		uses() {
			const two = leaving !== null || rising?.beside === true;
			const of = (use: TunnelUse | undefined, exit: Endpoint | null = null): TunnelUse | null => {
				const slot = use === undefined || !two ? null : slotOf(config, use.interface);
				return use === undefined ? null : slot === null ? use : {...use, beside: {mark: slot.mark, exit}};
			};
			return {carrying: of(live?.use), rising: of(rising?.live?.use ?? rising?.use, rising?.exit), leaving: of(leaving?.use)};
		},
		begin(use, how) {
			rising = {use, beside: how === 'beside', live: null, exit: null};
		},
		raised(tunnel) {
			remember(tunnel);
			if (rising !== null) rising = {...rising, live: tunnel};
		},
		asking(exit) {
			if (rising !== null) rising = {...rising, exit};
		},
		stand(tunnel) {
			remember(tunnel);
			[live, rising] = [tunnel, null];
		},
		move() {
			const next = rising?.live ?? null;
			if (live === null || next === null) return false;
			[live, leaving, rising] = [next, live, null];
			return true;
		},
		moveBack() {
			const failed = live;
			if (leaving !== null) [live, leaving] = [leaving, null];
			return failed;
		},
		drop() {
			const gone = rising?.live ?? null;
			rising = null;
			return gone;
		},
		letGo() {
			const gone = leaving;
			leaving = null;
			return gone;
		},
		clear() {
			const gone = [live, rising?.live ?? null, leaving].filter(tunnel => tunnel !== null);
			[live, rising, leaving] = [null, null, null];
			return gone;
		},
		hasMoved() {
			const source = live === null ? undefined : sources.get(live);
			if (live === null || source === undefined || !hasLostSource(source, reading()?.choice.uplink ?? null, live.use.endpoint.address)) return false;
			sources.delete(live);
			return true;
		},
	};
}
