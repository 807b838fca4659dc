/** Somebody undoes a guard under the leak tests' flood: how many packets leave outside the tunnel, and for how long. */
import {setTimeout as sleep} from 'node:timers/promises';
import type {Lab} from '../lab/lab.ts';
import type {Witness} from '../lab/witness/witness.ts';
import {readCounts} from '../lab/witness/counters.ts';

export interface Exposure {
	/** From the start of the tampering to the last packet seen outside; the time watched when it went on to the end. */
	readonly ms: number;
	readonly outside: number;
	readonly wentOn: boolean;
}

export type Tampering = 'rules' | 'routing' | 'both';

/** Both at the same moment when both are to go: whichever is put right first closes it. */
function scriptOf(lab: Lab, what: Tampering): string {
	const {gateway} = lab.description.addresses;
	const uplink = lab.uplink();
	const open = (family: string, via: string): string => `printf '%s\\n' 'route replace default via ${via} dev ${uplink}' 'rule add pref 50 lookup main' | ip ${family} -force -batch -`;
	const rules = what === 'routing' ? [] : ['nft flush ruleset &'];
	const routing = what === 'rules' ? [] : [`${open('-4', gateway.ipv4)} &`, `${open('-6', gateway.ipv6)} &`];
	return [...rules, ...routing, 'wait'].join(' ');
}

/** Until nothing has left for `quietMs`, at most for `watchMs`. */
export async function expose(lab: Lab, what: Tampering, {quietMs, watchMs}: {readonly quietMs: number; readonly watchMs: number}): Promise<Exposure> {
	const {isp} = lab.description.namespaces;
	const count = async (): Promise<number> => (await readCounts(isp)).outside;
	const before = await count();
	const from = performance.now();
	await lab.exec('client', ['sh', '-c', scriptOf(lab, what)]);
	let [seen, lastMs] = [before, 0];
	for (;;) {
		const now = await count();
		const ms = performance.now() - from;
		if (now > seen) [seen, lastMs] = [now, ms];
		const quiet = ms - lastMs > quietMs;
		if (quiet || ms > watchMs) return {ms: quiet ? lastMs : watchMs, outside: seen - before, wentOn: !quiet};
		await sleep(5);
	}
}

/** The flood runs and the tunnel carries it. */
export async function streamsPass(witness: Witness): Promise<void> {
	const start = await witness.mark();
	const deadline = performance.now() + 15_000;
	while ((await witness.since(start)).endpoint.count < 100) {
		if (performance.now() > deadline) throw new Error('the flood does not pass through the tunnel');
		await sleep(20);
	}
}
