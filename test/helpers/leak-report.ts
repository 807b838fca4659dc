/** The figures of all trials as one table at the end of a run: packets, milliseconds, and cores used by tunnel and daemon. */
import type {Observed} from './leak-scene.ts';

export function reportTrials() {
	const rows: string[] = [];
	return {
		add(name: string, {seen, flood, faultMs, recoveryMs, used}: Observed): void {
			const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, count) => total + count, 0);
			const cells = [sum(flood.sent), sum(flood.refused), seen.outside.count, seen.endpoint.count, faultMs, recoveryMs, Math.round(used.txBytesPerSecond / 1000), used.tunnelCores, used.daemonCores];
			rows.push([name.padEnd(44), ...cells.map(cell => String(cell).padStart(9))].join(''));
		},
		note(text: string): void {
			rows.push(text);
		},
		print(): void {
			const head = ['sent', 'refused', 'outside', 'endpoint', 'fault ms', 'back ms', 'tx kB/s', 'tunnel', 'daemon'].map(text => text.padStart(9)).join('');
			process.stdout.write(['', `${''.padEnd(44)}${head}`, ...rows, ''].join('\n'));
		},
	};
}
