/** What the kernel tells of itself: who must look again, and how soon. */
import type {Generation, KernelEvent} from '../kernel/kernel.ts';
import type {Clock} from './clock.ts';
import type {DropKeeper} from './drop-keeper.ts';
import type {Engine} from './engine.ts';
import {paced} from './pace.ts';
import type {ControllerEvent} from './port.ts';
import type {Prover} from './prover.ts';

export function kernelEvents({clock, engine, prover, drops, tell, stranger}: {
	readonly clock: Clock;
	readonly engine: Pick<Engine, 'suspect' | 'syncNetwork' | 'isPausing'>;
	readonly prover: Pick<Prover, 'prove' | 'suspect' | 'isPausing' | 'tamper'>;
	readonly drops: Pick<DropKeeper, 'take'>;
	readonly tell: (event: ControllerEvent) => void;
	/** Somebody changed nftables and nothing of ours had to be put right. */
	readonly stranger: (generation: Generation) => void;
}): (event: KernelEvent) => void {
	const noteStranger = async (generation: Generation): Promise<void> => {
		const repairs = prover.tamper().count;
		await prover.prove();
		if (prover.tamper().count === repairs) stranger(generation);
	};
	let foreign: Generation | null = null;
	const proveSoon = paced(clock, {burst: 5, everyMs: 200}, () => void (foreign === null ? prover.prove() : noteStranger(foreign)));
	const syncSoon = paced(clock, {burst: 20, everyMs: 50}, () => void engine.syncNetwork());

	return event => {
		switch (event.kind) {
			case 'ruleset-changed':
				if (event.ours) return;
				prover.suspect(event.generation);
				foreign = event.generation;
				// While repairs pause, the proof of every second is enough to say so.
				if (!prover.isPausing()) proveSoon();
				return;
			case 'network-changed':
				if (event.by !== undefined) engine.suspect(event.by);
				// A link that is new needs its backstop at once; the rest may come in storms.
				if (event.what === 'link') engine.syncNetwork();
				else if (!engine.isPausing()) syncSoon();
				return;
			case 'overrun':
				syncSoon();
				return;
			case 'drops':
				tell({type: 'drops', records: drops.take(event), lost: event.lost});
		}
	};
}
