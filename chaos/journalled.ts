/** Whether each fault that did something has an entry of its own in the journal. Pure. */
import type {JournalEntry} from '../src/control/schema.ts';
import type {Applied, Fault} from './fault.ts';
import type {FaultResult} from './report.ts';

export interface Done {
	readonly fault: Fault;
	readonly applied: Applied;
}

type Entry = Pick<JournalEntry, 'kind'>;

/** What is done while no daemon lives is put right by the next one's start, whose entries speak for all of it. */
export function journalled(done: readonly Done[], entries: readonly Entry[], killed: boolean): readonly FaultResult[] {
	const results = done.map(({fault: {name, expectJournal, changesKernel}, applied: {effect, detail = ''}}) => {
		const due = expectJournal.length > 0 && effect === 'changed';
		const kinds: readonly string[] = killed ? [...expectJournal, 'daemon'] : expectJournal;
		const fitting = entries.filter(({kind}) => kinds.includes(kind));
		return {name, effect, detail, changesKernel, fitting, journalled: due ? fitting.length > 0 : null};
	});
	const due = results.filter(({changesKernel, journalled: said}) => changesKernel && said !== null);
	// Two that can only be told by the same single entry were told once.
	const shared = !killed && due.length > 1 && new Set(due.flatMap(({fitting}) => fitting)).size < due.length;
	return results.map(({name, effect, detail, changesKernel, journalled: said}) => ({name, effect, detail, journalled: said === true && changesKernel && shared ? false : said}));
}
