/** PURE: nf_tables messages to values. */
import {attributeMap, readAttributes, readText, readU32be, type Attributes} from '../netlink/attributes.ts';
import type {Generation} from '../kernel.ts';
import {
	NFGENMSG_BYTES,
	NFT_TABLE_F_DORMANT,
	NFT_TABLE_F_OWNER,
	NFT_TABLE_F_PERSIST,
	NFTA_CHAIN_HOOK,
	NFTA_DEVICE_NAME,
	NFTA_GEN_ID,
	NFTA_GEN_PROC_NAME,
	NFTA_GEN_PROC_PID,
	NFTA_HOOK_DEV,
	NFTA_HOOK_DEVS,
	NFTA_TABLE_FLAGS,
	NFTA_TABLE_OWNER,
} from './protocol.ts';

const attributesOf = (body: Buffer): Attributes => attributeMap(body.subarray(NFGENMSG_BYTES));

export interface RawTable {
	/** Netlink port id of the socket that owns the table; null when nobody does. */
	readonly ownerPort: number | null;
	readonly persist: boolean;
	readonly dormant: boolean;
}

export function parseTable(body: Buffer): RawTable {
	const attributes = attributesOf(body);
	const flags = readU32be(attributes.get(NFTA_TABLE_FLAGS)) ?? 0;
	return {
		ownerPort: (flags & NFT_TABLE_F_OWNER) === 0 ? null : (readU32be(attributes.get(NFTA_TABLE_OWNER)) ?? 0),
		persist: (flags & NFT_TABLE_F_PERSIST) !== 0,
		dormant: (flags & NFT_TABLE_F_DORMANT) !== 0,
	};
}

/** The device names of a netdev chain: one as HOOK_DEV, all as HOOK_DEVS. */
export function parseHookDevices(body: Buffer): readonly string[] {
	const hook = attributesOf(body).get(NFTA_CHAIN_HOOK);
	if (hook === undefined) return [];
	const attributes = attributeMap(hook);
	const listed = readAttributes(attributes.get(NFTA_HOOK_DEVS) ?? Buffer.alloc(0))
		.filter(({type}) => type === NFTA_DEVICE_NAME)
		.map(({value}) => readText(value));
	const names = [readText(attributes.get(NFTA_HOOK_DEV)), ...listed];
	return [...new Set(names.filter(name => name !== null))];
}

export function parseGeneration(body: Buffer): Generation {
	const attributes = attributesOf(body);
	return {
		id: readU32be(attributes.get(NFTA_GEN_ID)) ?? 0,
		pid: readU32be(attributes.get(NFTA_GEN_PROC_PID)) ?? 0,
		process: readText(attributes.get(NFTA_GEN_PROC_NAME)) ?? '',
	};
}
