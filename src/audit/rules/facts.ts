/** What is known of the host's packet rules. */
import type {NftBase} from './nft-chains.ts';
import type {IptablesTables} from './parse-iptables.ts';

export type Backend = 'legacy' | 'nft';

export interface RuleSet {
	readonly family: 4 | 6;
	readonly backend: Backend;
	readonly tables: IptablesTables;
}

export interface NftFacts {
	/** Base chains of hook input that drop what no rule accepts, as `inet filter input`. Not those of iptables. */
	readonly closedInputs: readonly string[];
	/** The same of hook forward. */
	readonly closedForwards: readonly string[];
	readonly tables: readonly string[];
	/** All chains that the kernel asks by itself on the way in and through, but those of iptables. */
	readonly bases: readonly NftBase[];
	/** New connections that `vks harden` refuses before anything is translated (`table inet vks_host`). */
	readonly refused: readonly RefusedPort[];
}

export interface RefusedPort {
	readonly link: string;
	readonly transport: string;
	readonly port: number;
}

export interface HostRules {
	readonly sets: readonly RuleSet[];
	/** Null where nft could not be asked. */
	readonly nft: NftFacts | null;
}

/** The program that edits such rules. */
export const programOf = ({family, backend}: Pick<RuleSet, 'family' | 'backend'>): string => `${family === 4 ? 'iptables' : 'ip6tables'}-${backend}`;

export const filterOf = ({tables}: RuleSet) => tables.get('filter');

/** By the chains that Docker makes. */
export const isDockers = (set: RuleSet): boolean => filterOf(set)?.has('DOCKER') ?? false;

export type EngineBackend = 'iptables-legacy' | 'iptables-nft' | 'nftables' | 'none';

/** The tables that Docker 29 writes where it writes nftables. */
export const hasEngineTable = ({nft}: HostRules, family: 4 | 6): boolean => nft?.tables.includes(`${family === 4 ? 'ip' : 'ip6'} docker-bridges`) ?? false;

/** Older ones have chains in iptables alone. */
export function backendOf({sets, nft}: HostRules): EngineBackend {
	if (hasEngineTable({sets, nft}, 4) || hasEngineTable({sets, nft}, 6)) return 'nftables';
	const own = sets.find(set => set.family === 4 && isDockers(set)) ?? sets.find(isDockers);
	return own === undefined ? 'none' : own.backend === 'legacy' ? 'iptables-legacy' : 'iptables-nft';
}

/** Who made the rules that refuse what comes in. */
export function firewallOf({sets, nft}: HostRules): string | null {
	if (sets.some(set => filterOf(set)?.has('ufw-user-input'))) return 'ufw';
	if (nft?.tables.includes('inet firewalld') === true || sets.some(set => filterOf(set)?.has('INPUT_ZONES'))) return 'firewalld';
	const closed = sets.find(set => filterOf(set)?.get('INPUT')?.policy === 'DROP');
	return closed !== undefined ? `the policy of ${programOf(closed)}'s INPUT` : (nft?.closedInputs[0] ?? null);
}
