/**
 * Applies one ruleset again and again in a throw-away namespace: through the daemon's own firewall, and through a spawned
 * nft. Prints the milliseconds of each round.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {openLinuxKernel} from '../../src/kernel/linux.ts';
import {renderInet} from '../../src/policy/render.ts';
import {configurations, situations} from '../../test/helpers/situations.ts';
import {compile} from '../../src/policy/compile.ts';

const rounds = 40;

async function timed(work: () => Promise<void>): Promise<number> {
	const startedMs = performance.now();
	await work();
	return performance.now() - startedMs;
}

const kernel = await openLinuxKernel({backend: 'libnftables', devices: {createWireguard: () => Promise.reject(new Error('no devices here'))}});
if (!kernel.ok) throw new Error(kernel.error.what);
const {firewall} = kernel.value;
const ruleset = compile(configurations.lan, situations.connected);
const script = renderInet(ruleset, {mode: 'create'});

const inProcess = async (): Promise<void> => {
	const applied = await firewall.run(script);
	if (!applied.ok) throw new Error(applied.error.what);
};
const spawned = async (): Promise<void> => {
	const child = spawn('nft', ['-f', '-'], {stdio: ['pipe', 'ignore', 'inherit']});
	child.stdin.end(script);
	const [code] = await once(child, 'exit');
	if (code !== 0) throw new Error(`nft ended with ${code}`);
};
// A commit waits for the clean-up of the one before it: neither way is to pay for the other.
const rest = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 40));

const times: Record<'inProcess' | 'spawned', number[]> = {inProcess: [], spawned: []};
await inProcess();
for (let round = 0; round < rounds; round += 1) {
	await rest();
	times.inProcess.push(await timed(inProcess));
	await rest();
	times.spawned.push(await timed(spawned));
}
kernel.value.close();
const rules = ruleset.chains.filter(({table}) => table === 'inet').reduce((sum, chain) => sum + chain.rules.length, 0);
process.stdout.write(JSON.stringify({...times, rules, bytes: script.length}));
process.exit(0);
