/** Reconnect and switch through Gluetun, each with a look at what became of it. A `running` there is a claim: vks verifies the tunnel itself. */
import {fail, ok, type Result} from '../../result.ts';
import {isSelected, type Wanted} from './choice.ts';
import type {GluetunClient} from './client.ts';
import type {GluetunFailure} from './failures.ts';

type Done = Promise<Result<void, GluetunFailure>>;

/** Ends the connection and begins the next: Gluetun takes another server of those selected. */
export async function reconnectGluetun(client: GluetunClient, signal: AbortSignal): Done {
	const status = await client.status(signal);
	if (!status.ok) return status;
	switch (status.value) {
		case 'running': {
			// What was told to stop is started again whoever wants something else meanwhile: nobody else would.
			const toTheEnd = new AbortController().signal;
			const stopped = await obeyed(client, 'stopped', toTheEnd);
			// Not only where it says so: an answer that was lost may be that of a stop which was taken.
			if (!stopped.ok && !client.mayHaveStopped()) return stopped;
			const begun = await obeyed(client, 'running', toTheEnd);
			return stopped.ok ? begun : stopped;
		}
		case 'stopped':
		case 'completed':
			return obeyed(client, 'running', signal);
		case 'crashed':
		case 'starting':
		case 'stopping':
			return fail({kind: 'already', status: status.value});
	}
}

/** Selects what is wanted, by which the connection ends and the next begins. */
export async function switchGluetun(client: GluetunClient, wanted: Wanted, signal: AbortSignal): Done {
	const {name: wish, selection} = wanted;
	const before = await client.settings(signal);
	if (!before.ok) return before;
	// It would leave everything as it is; another server of the same choice is what can be meant.
	if (isSelected(selection, before.value)) return reconnectGluetun(client, signal);
	const selected = await client.select(wanted, signal);
	if (!selected.ok) return selected;
	const after = await client.settings(signal);
	if (!after.ok) return after;
	// An unknown key is ignored in silence there, and answered as if nothing had been asked.
	if (selected.value.kind === 'unchanged' || !isSelected(selection, after.value)) return fail({kind: 'not-taken', wish, found: 'another selection'});
	const outcome = selected.value.status;
	if (outcome === 'running') return ok(undefined);
	return fail({kind: 'already', status: outcome});
}

/** The answer first, and then what it says of itself: an order that another one overtook was carried out and does not hold. */
async function obeyed(client: GluetunClient, wanted: 'running' | 'stopped', signal: AbortSignal): Done {
	const outcome = await client.order(wanted, signal);
	if (!outcome.ok) return outcome;
	if (outcome.value.status !== wanted) return fail({kind: 'already', status: outcome.value.status});
	const now = await client.status(signal);
	if (!now.ok) return now;
	return now.value === wanted ? ok(undefined) : fail({kind: 'not-taken', wish: wanted, found: now.value});
}
