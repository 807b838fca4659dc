/** `vks checklist`: what is to be looked at each day, week, month and quarter, when it was, and what came of it. */
import {standings, type Standing} from '../checklist/items.ts';
import {formatAge} from '../console/format.ts';
import {ok} from '../result.ts';
import {newest, withDaemon} from './daemon.ts';
import {exitCodes, hasOption, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, paint, wrongUsage} from './output.ts';
import {submit} from './submit.ts';
import {tableLines, type Column} from './table.ts';

export function run(args: Args, io: Io): Promise<ExitCode> {
	const item = textOption(args, 'done');
	const detail = textOption(args, 'note') ?? '';
	if (item !== null) return submit({do: 'checked', item, result: hasOption(args, 'failed') ? 'failed' : 'done', detail}, args, io);
	if (detail !== '' || hasOption(args, 'failed')) return Promise.resolve(wrongUsage('--note and --failed are said of an item: --done ITEM', io, 'checklist'));
	return withDaemon(args, io, 'read', async daemon => {
		const update = await newest(daemon, 'snapshot');
		if (!update.ok) return update;
		const {snapshot} = update.value;
		const all = standings(snapshot, snapshot.atMs);
		const output = outputFor(args, io);
		if (output.wantsJson) output.json({version: 1, items: all.map(({item: {id, every, what, how}, last, standing, dueAtMs}) => ({id, every, what, how, standing, last, dueAtMs}))});
		else for (const text of tableLines(columns, all.map(each => rowOf(each, snapshot.atMs)))) output.line(text);
		return ok(all.every(({standing}) => standing === 'good') ? exitCodes.fine : exitCodes.failed);
	});
}

const columns: readonly Column[] = [{title: 'each'}, {title: 'item'}, {title: 'stands'}, {title: 'last'}, {title: 'what'}, {title: 'how'}];
const tones = {good: 'good', due: 'warn', wrong: 'bad'} as const;

const rowOf = ({item: {id, every, what, how}, last, standing}: Standing, nowMs: number): readonly string[] =>
	[every, id, paint(tones[standing], standing), last === null ? 'never' : `${last.result} ${formatAge(nowMs - last.atMs)} ago${last.detail === '' ? '' : `: ${last.detail}`}`, what, how];
