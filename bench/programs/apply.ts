/**
 * Applies rulesets again and again in a throw-away namespace: through the daemon's own firewall, and through a spawned nft.
 * Prints the milliseconds of each round.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {openLinuxKernel} from '../../src/kernel/linux.ts';
import {compile} from '../../src/policy/compile.ts';
import {renderInet} from '../../src/policy/render.ts';
import {configurations, situations} from '../../test/helpers/situations.ts';
import {noDevices} from '../../test/helpers/no-devices.ts';

const rounds = 30;
/** A commit waits for the clean-up of the one before it: neither way is to pay for the other. */
const restMs = 40;

const rest = (): Promise<void> => new Promise(resolve => setTimeout(resolve, restMs));

async function timed(work: () => Promise<void>): Promise<number> {
	await rest();
	const startedMs = performance.now();
	await work();
	return performance.now() - startedMs;
}

const kernel = await openLinuxKernel({backend: 'libnftables', devices: noDevices});
if (!kernel.ok) throw new Error(kernel.error.what);
const {firewall} = kernel.value;

async function inProcess(script: string): Promise<void> {
	const applied = await firewall.run(script);
	if (!applied.ok) throw new Error(applied.error.what);
}

async function spawned(script: string): Promise<void> {
	const child = spawn('nft', ['-f', '-'], {stdio: ['pipe', 'ignore', 'inherit']});
	child.stdin.end(script);
	const [code] = await once(child, 'exit');
	if (code !== 0) throw new Error(`nft ended with ${code}`);
}

async function measure(configuration: keyof typeof configurations) {
	const ruleset = compile(configurations[configuration], situations.connected);
	const script = renderInet(ruleset, {mode: 'create'});
	const times: Record<'inProcess' | 'spawned', number[]> = {inProcess: [], spawned: []};
	for (let round = 0; round < rounds; round += 1) {
		times.spawned.push(await timed(() => spawned(script)));
		// The daemon is the one writer of its tables: what nft did here in between is not part of its day.
		await rest();
		await inProcess(script);
		times.inProcess.push(await timed(() => inProcess(script)));
	}
	return {...times, configuration, lines: script.trimEnd().split('\n').length};
}

const results = [await measure('minimal'), await measure('lan')];
kernel.value.close();
process.stdout.write(JSON.stringify(results), () => process.exit(0));
