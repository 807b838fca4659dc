/** The counters of all rules of the live tables. */
import {loadKoffi} from '../../../src/kernel/ffi/koffi.ts';
import {openLibc} from '../../../src/kernel/ffi/libc.ts';
import {openLibnftables} from '../../../src/kernel/nftables/libnftables.ts';

/** Packets, by rule id. */
export type Counts = ReadonlyMap<string, number>;

export async function openCounters() {
	const koffi = await loadKoffi();
	const nft = openLibnftables(koffi, openLibc(koffi));
	if (nft === null) throw new Error('libnftables is not installed');
	const read = (family: string): readonly (readonly [string, number])[] => {
		const {failed, output} = nft.run(`list counters table ${family} vks`, 'json');
		if (failed) return [];
		const {nftables} = JSON.parse(output) as {readonly nftables: readonly {readonly counter?: {readonly name: string; readonly packets: number}}[]};
		return nftables.flatMap(({counter}) => (counter === undefined ? [] : [[counter.name.slice(2), counter.packets] as const]));
	};
	return {read: (): Counts => new Map([...read('inet'), ...read('netdev')]), close: () => nft.close()};
}
