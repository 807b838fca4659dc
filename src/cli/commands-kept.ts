/** The commands for what was: recorded, written down, forgotten. */
import type {CommandSpec} from './command-spec.ts';

export const keptCommands: readonly CommandSpec[] = [
	{
		name: 'record',
		summary: 'record what is shown, every second, for `vks-tui --replay`',
		arguments: [{name: 'file', summary: 'to be made; nothing is written over'}],
		options: [{name: 'for', value: 'TIME', summary: 'how long: 90s, 10m, 2h; until Ctrl-C when absent'}],
		examples: [['vks record session.jsonl --for 10m', 'ten minutes; then `vks-tui --replay session.jsonl`, anywhere']],
		load: () => import('./record.ts'),
	},
	{
		name: 'evidence',
		summary: 'write what is known, and was for two hours, into a folder for its owner',
		arguments: [],
		options: [
			{name: 'out', value: 'DIR', summary: 'where that folder is made (default: here)'},
			{name: 'lockdown', summary: 'lock down once the picture of now is taken, and then gather the rest'},
		],
		examples: [['vks evidence --out /root', 'and say where; `vks-tui --replay` opens the folder'], ['vks evidence --lockdown', 'when something is wrong: nothing passes while you look']],
		exits: [[1, 'not written, not whole, or the lockdown failed: standard error says which']],
		load: () => import('./evidence.ts'),
	},
	{
		name: 'checklist',
		summary: 'what is to be looked at each day, week, month and quarter, and when it was',
		arguments: [],
		options: [
			{name: 'done', value: 'ITEM', summary: 'mark an item as looked at, now'},
			{name: 'failed', summary: 'with --done: what was found is not right'},
			{name: 'note', value: 'TEXT', summary: 'with --done: what was found, in a line; no secret'},
		],
		examples: [['vks checklist', 'what is due; vks fills in what it reads itself'], ['vks checklist --done updates --note "all of 12 May"', 'and say what was done']],
		exits: [[1, 'something is due, or was not right when it was looked at']],
		load: () => import('./checklist.ts'),
	},
	{
		name: 'purge',
		summary: 'forget drops, journal, moments and results of servers, which hold destinations',
		arguments: [],
		options: [
			{name: 'older-than', value: 'TIME', summary: 'what is older than that: 12h, 7d'},
			{name: 'all', summary: 'all of it; asks to type a word'},
			{name: 'yes', summary: 'do not ask'},
			{name: 'evidence', value: 'DIR', summary: 'also evidence and written moments in that folder, by the time in their names'},
		],
		examples: [['vks purge --older-than 7d', 'in the daemon; in the state folder when none runs'], ['vks purge --all --yes --evidence /root', 'everything, and what was written to /root']],
		load: () => import('./purge.ts'),
	},
];
