/** Gluetun as the owner of a tunnel: which of its servers was chosen, by whom, and orders to its control server. */
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import type {OwnerWish, TunnelOwner} from '../owner.ts';
import {isSelected, selectionFor, type GluetunOffer, type Selection, type Wanted} from './choice.ts';
import type {GluetunClient} from './client.ts';
import {gluetunProblem, type GluetunFailure} from './failures.ts';
import {reconnectGluetun, switchGluetun} from './orders.ts';

export interface GluetunOwnerOptions {
	readonly client: GluetunClient;
	/** The server that stands for what Gluetun selected itself. */
	readonly id: string;
	readonly offers: readonly GluetunOffer[];
}

/** A tunnel that came up meanwhile shall not wait long for why there was none. */
const whyWithinMs = 1000;

export function gluetunOwner({client, id, offers}: GluetunOwnerOptions): TunnelOwner {
	/** What it had selected before vks chose; null while vks chose nothing, and it is as it is. */
	let own: Selection | null = null;
	/** An order of ours may have left it stopped, and nobody else would start it. */
	let owed = false;

	const wantedFor = (server: string): Wanted | null => {
		if (server === id) return own === null ? null : {name: 'what it had selected before', selection: own};
		const offer = offers.find(each => each.id === server);
		return offer === undefined ? null : {name: offer.id, selection: selectionFor(offer.choice)};
	};

	/** What it answers for a route that is too new for it does not name the version. */
	const inWords = async (failure: GluetunFailure, signal: AbortSignal): Promise<Problem> => {
		const version = failure.kind === 'unsupported' ? await client.version(signal) : null;
		return gluetunProblem(failure, version?.ok === true ? version.value : null);
	};

	const reconnect = async ({close, signal}: OwnerWish): Promise<Result<'ordered', Problem>> => {
		const closed = await close();
		if (!closed.ok) return closed;
		const done = await reconnectGluetun(client, signal);
		owed = !done.ok && client.mayHaveStopped();
		return done.ok ? ok('ordered') : fail(await inWords(done.error, signal));
	};

	/** What its owner stopped stays so: once it was seen running, nothing is owed any more. */
	const isOwed = async (signal: AbortSignal): Promise<boolean> => {
		if (!owed) return false;
		const status = await client.status(signal);
		if (status.ok && status.value === 'running') owed = false;
		return status.ok && status.value === 'stopped';
	};

	return {
		async mayReconnect(signal) {
			const status = await client.status(signal);
			if (!status.ok) return inWords(status.error, signal);
			return status.value === 'crashed' ? gluetunProblem({kind: 'already', status: status.value}) : null;
		},
		async mayChoose(server, signal) {
			// As it is, it can always be taken.
			if (server === null || server === id || wantedFor(server) === null) return null;
			const settings = await client.settings(signal);
			return settings.ok ? null : inWords(settings.error, signal);
		},
		async lead(wish) {
			const {server, anew, close, signal} = wish;
			const wanted = wantedFor(server);
			if (wanted !== null) {
				const before = await client.settings(signal);
				if (!before.ok && server !== id) return fail(await inWords(before.error, signal));
				if (before.ok && !isSelected(wanted.selection, before.value)) {
					const closed = await close();
					if (!closed.ok) return closed;
					own ??= before.value;
					const done = await switchGluetun(client, wanted, signal);
					owed = !done.ok && client.mayHaveStopped();
					if (!done.ok) return fail(await inWords(done.error, signal));
					if (server === id) own = null;
					return ok('ordered');
				}
				if (server === id) own = null;
			}
			return anew || await isOwed(signal) ? reconnect(wish) : ok('left');
		},
		async whyNone(signal) {
			const status = await client.status(AbortSignal.any([signal, AbortSignal.timeout(whyWithinMs)]));
			if (!status.ok) return null;
			return status.value === 'running' ? 'ask-again' : gluetunProblem({kind: 'no-tunnel', status: status.value});
		},
	};
}
