/** `npm run chaos -- [--minutes N] [--seed S] [--only fault,fault] [--without fault] [--step N,N] [--backend nft] [--json]` */
import {randomInt} from 'node:crypto';
import {parseArgs} from 'node:util';
import {allFaults} from './faults/all.ts';
import {renderReport} from './report.ts';
import {runChaos} from './run.ts';

const usage = `usage: npm run chaos -- [--minutes N] [--seed S] [--only FAULT,FAULT] [--without FAULT,FAULT] [--step N,N] [--backend auto|nft] [--json]
faults: ${allFaults.map(({name}) => name).join(', ')}
`;

class UsageError extends Error {}

const optionsOf = (argv: readonly string[]) => parseArgs({
	args: [...argv],
	options: {
		minutes: {type: 'string', default: '5'},
		seed: {type: 'string', default: String(randomInt(1_000_000))},
		only: {type: 'string'},
		without: {type: 'string'},
		step: {type: 'string'},
		backend: {type: 'string', default: 'auto'},
		json: {type: 'boolean', default: false},
		help: {type: 'boolean', short: 'h', default: false},
	},
}).values;

const namesIn = (text: string | undefined): readonly string[] => {
	const names = text?.split(',').map(name => name.trim()) ?? [];
	const unknown = names.filter(name => !allFaults.some(fault => fault.name === name));
	if (unknown.length > 0) throw new UsageError(`no fault is called ${unknown.join(', ')}`);
	return names;
};

function chosenFaults(only: string | undefined, without: string | undefined): typeof allFaults {
	const [wanted, unwanted] = [namesIn(only), namesIn(without)];
	return allFaults.filter(({name}) => (only === undefined || wanted.includes(name)) && !unwanted.includes(name));
}

const again = ({only, without, backend}: {readonly only: string | undefined; readonly without: string | undefined; readonly backend: string}): string =>
	[...(only === undefined ? [] : [` --only '${only}'`]), ...(without === undefined ? [] : [` --without '${without}'`]), ...(backend === 'auto' ? [] : [` --backend ${backend}`])].join('');

export async function main(argv: readonly string[]): Promise<number> {
	const {minutes, seed, only, without, step, backend, json, help} = optionsOf(argv);
	if (help) {
		process.stdout.write(usage);
		return 0;
	}
	const forMs = Number(minutes) * 60_000;
	if (!(forMs > 0)) throw new UsageError(`--minutes is a number above 0, not ${minutes}`);
	if (process.getuid?.() !== 0) throw new UsageError('a chaos run makes network namespaces: run it as root');
	const stopped = new AbortController();
	const stop = (): void => stopped.abort(new Error('interrupted: everything raised is taken down'));
	process.on('SIGINT', stop).on('SIGTERM', stop);
	// The lab's processes do not keep this one alive while it waits for them; this does.
	const awake = setInterval(() => undefined, 60_000);
	const live = process.stderr.isTTY;
	try {
		const report = await runChaos({
			seed, forMs, again: again({only, without, backend}), signal: stopped.signal, faults: chosenFaults(only, without),
			...(step === undefined ? {} : {steps: step.split(',').map(Number)}),
			environment: {VKS_FIREWALL_BACKEND: backend},
			progress: text => process.stderr.write(live ? `\r\x1b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}` : `${text}\n`),
		});
		if (live) process.stderr.write('\r\x1b[K');
		process.stdout.write(json ? `${JSON.stringify({version: 1, ...report}, null, '\t')}\n` : renderReport(report));
		return report.failure !== null || report.interrupted ? 1 : 0;
	} finally {
		clearInterval(awake);
	}
}

if (import.meta.main) {
	try {
		process.exitCode = await main(process.argv.slice(2));
	} catch (error) {
		const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
		process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${isUsage ? usage : ''}`);
		process.exitCode = isUsage ? 2 : 1;
	}
}
