/**
 * Keeps resolv.conf naming the tunnel's resolvers while a tunnel stands. No leak hangs on it, because look-ups elsewhere are
 * refused; whether names resolve does.
 */
import type {ResolvConf, ResolvReading} from '../kernel/resolv-conf.ts';
import type {IpAddress} from '../net/address.ts';
import type {Problem} from '../problem.ts';
import type {Clock} from './clock.ts';
import {fightFor} from './fight.ts';
import type {Journal} from './journal.ts';

export interface ResolvNews {
	/** False while there is no tunnel to name resolvers for. */
	readonly due: boolean;
	/** What is wrong with the file now, in words; null when it names the tunnel's resolvers and no others. */
	readonly differs: string | null;
	/** What was put right a moment ago, in words. */
	readonly repaired: string | null;
}

export interface ResolvKeeper {
	/** A tunnel was verified: the file is to name its resolvers from now on. */
	point(resolvers: readonly IpAddress[]): void;
	/** Reads the file, and puts it right if it was pointed at these resolvers and names others. */
	check(resolvers: readonly IpAddress[] | null): ResolvNews;
	/** How often it was put right. */
	repairs(): number;
}

interface ResolvKeeperDeps {
	readonly resolv: ResolvConf;
	readonly clock: Pick<Clock, 'now'>;
	readonly journal: Pick<Journal, 'write'>;
	/** Hears what stands in the way of writing; null when nothing does. */
	readonly note: (problem: Problem | null) => void;
}

/** The file is read once a second, so that twenty repairs within ten would never come about. */
const freeRepairs = 5;

export function resolvKeeper({resolv, clock, journal, note}: ResolvKeeperDeps): ResolvKeeper {
	let pointed: readonly IpAddress[] | null = null;
	const fight = fightFor('resolv.conf', {clock, journal}, freeRepairs);
	let trouble: string | null = null;

	const write = (resolvers: readonly IpAddress[]): boolean => {
		const written = resolv.point(resolvers);
		note(written.ok ? null : written.error);
		if (!written.ok && written.error.what !== trouble) journal.write('problem', 'warn', written.error.what);
		trouble = written.ok ? null : written.error.what;
		return written.ok;
	};
	const settled = (): void => {
		if (trouble !== null) note(null);
		trouble = null;
	};

	return {
		point(resolvers) {
			pointed = resolvers;
			if (resolvers.length === 0) settled();
			else write(resolvers);
		},
		check(resolvers) {
			if (resolvers === null) return {due: false, differs: null, repaired: null};
			const differs = difference(resolv.read(), resolvers);
			if (differs === null) settled();
			if (differs === null || resolvers !== pointed || resolvers.length === 0 || fight.isPausing()) return {due: true, differs, repaired: null};
			if (!write(resolvers)) return {due: true, differs, repaired: null};
			const repaired = `resolv.conf ${differs}`;
			journal.write('tamper', 'warn', `resolv.conf was changed and is put back: it ${differs}. Nobody tells who changed it.`);
			fight.repaired(null);
			return {due: true, differs: difference(resolv.read(), resolvers), repaired};
		},
		repairs: fight.total,
	};
}

function difference(reading: ResolvReading, resolvers: readonly IpAddress[]): string | null {
	if (reading.kind === 'missing') return 'is not there';
	if (reading.kind === 'unreadable') return `cannot be read (${reading.why})`;
	const {nameservers} = reading;
	const strangers = nameservers.filter(address => !resolvers.includes(address));
	if (strangers.length > 0) return `names ${strangers.join(', ')}`;
	if (nameservers.length === 0 && resolvers.length > 0) return 'names no resolver';
	const absent = resolvers.filter(address => !nameservers.includes(address));
	return absent.length === 0 ? null : `does not name ${absent.join(', ')}`;
}
