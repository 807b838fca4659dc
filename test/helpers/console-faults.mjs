/**
 * Loaded into the console before its own code (NODE_OPTIONS=--import): breaks it on a signal, in the ways a bug would, and
 * tells on another what it holds.
 */
import {writeFileSync} from 'node:fs';

if (process.argv[1]?.endsWith('vks-tui.js')) {
	if (process.env.FAULT === 'throw') process.on('SIGUSR2', () => setTimeout(() => {
		throw new Error('broken on purpose');
	}, 1));
	if (process.env.FAULT === 'reject') process.on('SIGUSR2', () => void Promise.reject(new Error('broken on purpose')));
	if (process.env.FAULT === 'report') process.on('SIGUSR2', () => {
		globalThis.gc?.();
		writeFileSync(process.env.FAULT_REPORT, JSON.stringify({entries: performance.getEntries().length, residentMb: process.memoryUsage.rss() / 1e6, heapMb: process.memoryUsage().heapUsed / 1e6}));
	});
}
