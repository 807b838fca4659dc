/** What holds of every fault that commands mend: it is open, closed by what was printed, and open again when that is taken back. */
import {expect} from 'vitest';
import type {Audit} from './audit-acts.ts';
import type {EngineStage} from './engine-stage.ts';

/** The application answers this host, and is itself answered from outside. */
export async function goesOn(stage: EngineStage, port?: number): Promise<void> {
	const {echoes} = await stage.until('it answers', page => page.echoes > 0, port);
	await stage.until('it is answered still', page => page.echoes > echoes + 20, port);
}

export async function closesAndReopens(stage: EngineStage, audit: Audit, id: string, reaches: () => Promise<boolean>): Promise<void> {
	const before = await audit.saved();
	const found = await audit.one(id);
	expect(await reaches()).toBe(true);
	await audit.obey(found.commands);
	expect(await reaches()).toBe(false);
	await goesOn(stage);
	expect(await audit.found(id)).toEqual([]);
	await audit.obey(found.undo);
	expect(await audit.saved()).toBe(before);
	expect(await reaches()).toBe(true);
}
