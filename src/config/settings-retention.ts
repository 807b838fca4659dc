/** What is kept of what was: for how long, how much, and whether any of it may come to a disk. */
import type {Setting} from './setting.ts';

export const retentionSettings = {
	keepMs: {
		name: 'VKS_KEEP',
		key: 'keep',
		default: '7d',
		meaning: 'How long the daemon keeps refused packets, journal entries, and when each server was last tried; moments are kept for two hours, or for this if it is less. `vks purge` forgets earlier.',
		form: 'Write a length of time from 1m to 365d, such as 12h.',
		example: '24h',
	},
	keepDrops: {
		name: 'VKS_KEEP_DROPS',
		key: 'keep_drops',
		default: '1000',
		meaning: 'How many refused packets the daemon keeps, with their addresses and uids; they are counted and shown all the same.',
		form: 'Write a number from 0 to 10000.',
		example: '0',
	},
	keepJournal: {
		name: 'VKS_KEEP_JOURNAL',
		key: 'keep_journal',
		default: '5000',
		meaning: 'How many journal entries the daemon keeps.',
		form: 'Write a number from 0 to 20000.',
		example: '500',
	},
	journalTo: {
		name: 'VKS_JOURNAL',
		key: 'journal',
		default: 'log',
		meaning: 'Where journal entries go: also to standard output, which a container engine keeps on disk (`log`), or nowhere but into memory (`memory`). Refused packets and moments are never written by the daemon.',
		form: 'Write log or memory.',
		example: 'memory',
	},
} as const satisfies Record<string, Setting>;
