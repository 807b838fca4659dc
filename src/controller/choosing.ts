/** Which server is next, and when it is gone to: turns and rotation together, as the controller wires them. */
import type {RotationView} from '../control/rotation-schema.ts';
import type {Drills} from './drills.ts';
import type {Engine} from './engine.ts';
import type {CommandQueue} from './queue.ts';
import {createRotation, type RotationDeps} from './rotation.ts';
import {serverOf} from './start-target.ts';
import {createTurns, type TurnDeps, type Turns} from './turns.ts';

export interface ChoosingDeps extends Omit<TurnDeps, 'config' | 'clock' | 'current'>, Pick<RotationDeps, 'journal' | 'submit' | 'note'> {
	readonly config: TurnDeps['config'] & RotationDeps['config'];
	readonly clock: RotationDeps['clock'];
	readonly engine: Pick<Engine, 'machine'>;
	readonly drills: Pick<Drills, 'isRunning'>;
	readonly queue: Pick<CommandQueue, 'isBusy'>;
}

export interface Choosing extends Pick<Turns, 'next' | 'had'> {
	/** Once a second. */
	tick(): void;
	view(): {readonly ranks: ReadonlyMap<string, number>; readonly rotation: RotationView};
}

export function createChoosing({engine, drills, queue, ...deps}: ChoosingDeps): Choosing {
	const turns = createTurns({...deps, current: () => serverOf(engine.machine().target)});
	const rotation = createRotation({
		...deps, turns,
		state: () => engine.machine().state,
		whyFailed: id => {
			const {last} = deps.recordOf(id);
			return last?.outcome === 'failed' ? last.what : null;
		},
		busyWith: () => (drills.isRunning() ? 'the end of a leak test' : queue.isBusy() ? 'the end of a command' : null),
	});
	return {next: turns.next, had: turns.had, tick: rotation.tick, view: () => ({ranks: turns.ranks(), rotation: rotation.view()})};
}
