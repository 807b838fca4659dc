/** What a run found: one row for each fault, totals, and how it failed if it did. Pure. */
import type {Effect} from './fault.ts';

export interface FaultResult {
	readonly name: string;
	readonly effect: Effect;
	readonly detail: string;
	/** Null where no entry was expected. */
	readonly journalled: boolean | null;
}

export interface StepResult {
	readonly number: number;
	readonly faults: readonly FaultResult[];
	/** From the last thing done to CONNECTED and PROVEN. */
	readonly recoveryMs: number;
	readonly used: {readonly daemonCores: number; readonly tunnelCores: number; readonly txBytesPerSecond: number};
	readonly residentMb: number;
}

export interface Failure {
	readonly step: number;
	readonly faults: readonly string[];
	readonly why: readonly string[];
	readonly frames: readonly string[];
	readonly journal: readonly string[];
}

export interface ChaosReport {
	readonly seed: string;
	/** What the run was given besides, for repeating it. */
	readonly options: string;
	readonly lab: string;
	readonly seconds: number;
	readonly steps: readonly StepResult[];
	readonly unguarded: number;
	readonly packets: {readonly outside: number; readonly endpoint: number; readonly captureLost: number};
	readonly interrupted: boolean;
	readonly failure: Failure | null;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const most = (values: readonly number[]): number => Math.max(0, ...values);

interface Row {
	readonly name: string;
	readonly applied: number;
	readonly refused: number;
	readonly journalled: string;
	readonly medianMs: number;
	readonly maxMs: number;
}

export function rowsOf(steps: readonly StepResult[]): readonly Row[] {
	const names = [...new Set(steps.flatMap(({faults}) => faults.map(({name}) => name)))].toSorted();
	return names.map(name => {
		const at = steps.filter(({faults}) => faults.some(fault => fault.name === name));
		const results = at.flatMap(({faults}) => faults.filter(fault => fault.name === name));
		const expected = results.filter(({journalled}) => journalled !== null);
		const recoveries = at.map(({recoveryMs}) => recoveryMs);
		return {
			name,
			applied: results.length,
			refused: results.filter(({effect}) => effect === 'refused').length,
			journalled: expected.length === 0 ? '-' : `${expected.filter(({journalled}) => journalled === true).length}/${expected.length}`,
			medianMs: median(recoveries),
			maxMs: most(recoveries),
		};
	});
}

export function renderReport(report: ChaosReport): string {
	const {seed, seconds, steps, packets, unguarded, failure} = report;
	const cells = (values: readonly (string | number)[]): string => values.map(value => String(value).padStart(11)).join('');
	return [
		`${''.padEnd(32)}${cells(['applied', 'refused', 'journalled', 'median ms', 'max ms'])}`,
		...rowsOf(steps).map(({name, applied, refused, journalled, medianMs, maxMs}) => `${name.padEnd(32)}${cells([applied, refused, journalled, medianMs, maxMs])}`),
		'',
		`seed ${seed}: ${steps.length} steps in ${Math.round(seconds)} s, ${steps.reduce((sum, {faults}) => sum + faults.length, 0)} faults, ${steps.filter(({faults}) => faults.length > 1).length} times two at once`,
		`packets: ${packets.outside} outside, ${packets.endpoint} to the endpoint, ${packets.captureLost} missed by the capture; ${unguarded} seen outside before anything guarded`,
		`at most: daemon ${most(steps.map(({used}) => used.daemonCores))} cores, ${Math.round(most(steps.map(({residentMb}) => residentMb)))} MB; tunnel ${most(steps.map(({used}) => used.tunnelCores))} cores, ${Math.round(most(steps.map(({used}) => used.txBytesPerSecond)) / 1000)} kB/s`,
		...(failure === null ? [report.interrupted ? 'interrupted; nothing had failed' : 'nothing failed'] : renderFailure(report, failure)),
		'',
	].join('\n');
}

function renderFailure({seed, options}: ChaosReport, {step, faults, why, frames, journal}: Failure): readonly string[] {
	return [
		'',
		`FAILED at step ${step}: ${faults.join(' + ')}`,
		...why.map(text => `  ${text}`),
		...(frames.length === 0 ? [] : ['frames outside:', ...frames.map(text => `  ${text}`)]),
		'journal:',
		...journal.map(text => `  ${text}`),
		`again: npm run chaos -- --seed ${seed} --step ${step}${options}`,
	];
}
