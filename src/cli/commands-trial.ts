/** The commands of a start on trial. */
import type {CommandSpec} from './command-spec.ts';

export const trialCommands: readonly CommandSpec[] = [
	{
		name: 'confirm',
		summary: 'keep what an unconfirmed start changed: you still get in',
		arguments: [],
		options: [],
		examples: [['vks confirm', 'in time; `vks status` says how much is left']],
		load: () => import('./confirm.ts'),
	},
	{
		name: 'revert',
		summary: 'started by `vks run`: takes all back if it dies unconfirmed',
		arguments: [],
		options: [],
		examples: [['vks revert', 'not for people: stop vks to take an unconfirmed start back']],
		load: () => import('./revert.ts'),
	},
];
