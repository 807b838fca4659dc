/** `npm run bench [-- --json] [-- --long] [-- NAME…]`: the figures the project promises, measured on this machine. */
import {parseArgs} from 'node:util';
import {apply} from './apply.ts';
import {boot} from './boot.ts';
import {consoleCost} from './console-cost.ts';
import {crowd} from './crowd.ts';
import {egress} from './egress.ts';
import {health} from './health.ts';
import {idle} from './idle.ts';
import {image} from './image.ts';
import {lockdown} from './lockdown.ts';
import type {BenchOptions} from './options.ts';
import {renderReport, type Report} from './report.ts';
import {startup} from './startup.ts';
import {switching} from './switch.ts';
import {tamper} from './tamper.ts';
import {throughput} from './throughput.ts';

const benchmarks: Readonly<Record<string, (signal: AbortSignal, options: BenchOptions) => Promise<Report>>> = {lockdown, tamper, apply, boot, startup, idle, console: consoleCost, crowd, health, switch: switching, throughput, egress, image};

const longestMs = 1_800_000;
const longestLongMs = 5_400_000;

const usage = `usage: npm run bench -- [--json] [--long] [${Object.keys(benchmarks).join(' | ')}]…\n`;

export async function main(argv: readonly string[]): Promise<number> {
	const {values, positionals} = parseArgs({args: [...argv], options: {json: {type: 'boolean'}, long: {type: 'boolean'}, help: {type: 'boolean', short: 'h'}}, allowPositionals: true});
	if (values.help === true) {
		process.stdout.write(usage);
		return 0;
	}
	const long = values.long === true;
	const unknown = positionals.filter(name => !Object.hasOwn(benchmarks, name));
	if (unknown.length > 0) {
		process.stderr.write(`no benchmark is called ${unknown.join(', ')}\n${usage}`);
		return 2;
	}
	if (process.getuid?.() !== 0) {
		process.stderr.write('the benchmarks make network namespaces: run them as root\n');
		return 1;
	}
	const stopped = new AbortController();
	const stop = (): void => stopped.abort(new Error('interrupted: everything raised is taken down'));
	process.on('SIGINT', stop).on('SIGTERM', stop);
	// The lab's processes do not keep this one alive while it waits for their end; this does, and bounds the whole.
	const deadline = setTimeout(() => stopped.abort(new Error('the benchmarks take too long on this machine')), long ? longestLongMs : longestMs);
	const reports: Report[] = [];
	const failures: string[] = [];
	for (const [name, measure] of Object.entries(benchmarks)) {
		if (stopped.signal.aborted || (positionals.length > 0 && !positionals.includes(name))) continue;
		if (values.json !== true) process.stderr.write(`measuring ${name} …\n`);
		try {
			const report = await measure(stopped.signal, {long});
			reports.push(report);
			if (values.json !== true) process.stdout.write(`${renderReport(report)}\n`);
		} catch (error) {
			failures.push(name);
			process.stderr.write(`${name} could not be measured: ${error instanceof Error ? error.message : String(error)}\n`);
		}
	}
	clearTimeout(deadline);
	if (values.json === true) process.stdout.write(`${JSON.stringify({version: 1, node: process.version, reports, failures}, null, '\t')}\n`);
	return failures.length > 0 || stopped.signal.aborted ? 1 : 0;
}

if (import.meta.main) {
	try {
		process.exitCode = await main(process.argv.slice(2));
	} catch (error) {
		process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
		process.exitCode = 2;
	}
}
