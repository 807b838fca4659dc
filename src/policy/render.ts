/**
 * Rulesets as nft scripts. Each script is one transaction that declares counters and chains, flushes the chains and adds
 * the rules again, so that named counters keep counting across changes of policy.
 */
import {isIpv4} from '../net/address.ts';
import {deviceList, withNamesAhead} from './ahead.ts';
import {leaseSpec, nftProtocol, noLeaseChanges, type LeaseChanges} from './lease.ts';
import {renderMatch} from './match.ts';
import {paceSets} from './pace.ts';
import type {Chain, ChainName, Rule, Ruleset} from './policy.ts';

export const tableName = 'vks';

/** How the table comes to be: it stands and is ours; it may be absent; it must be made anew in the same transaction. */
export type TableMode = 'standing' | 'create' | 'recreate';

export interface RenderOptions {
	readonly mode: TableMode;
	/** The hooked chain is made anew in the same transaction, because naming its devices again only ever adds some. */
	readonly rehook?: boolean;
	/** Whether the backstop is hooked on names that no link bears yet; the kernel may not take them. */
	readonly ahead?: boolean;
	/** Which leases are written anew; every other set keeps its element, so that no replacing prolongs or shortens one. */
	readonly leases?: LeaseChanges;
}

/** A table of the same rules in chains without hooks: no packet meets it, and the kernel lists it in its own words. */
export function renderUnhooked(ruleset: Ruleset, family: 'inet' | 'netdev', table: string): string {
	return renderTable({family, table, mode: 'recreate', ruleset, hooked: false});
}

export function renderInet(ruleset: Ruleset, options: RenderOptions): string {
	return renderTable({family: 'inet', table: tableName, ruleset, hooked: true, ...options});
}

/** The backstop's own transaction; null while there is no interface to hook it on. */
export function renderNetdev(ruleset: Ruleset, options: RenderOptions): string | null {
	if (ruleset.backstop.length === 0) return null;
	return renderTable({family: 'netdev', table: tableName, ruleset, hooked: true, ...options});
}

/** One rule as nft text, without the table it stands in. */
export function renderRule(rule: Rule): string {
	return [renderMatch(rule.match), `counter name "${counterName(rule.id)}"`, renderVerdict(rule), `comment "${rule.id}"`].filter(part => part !== '').join(' ');
}

export const counterName = (id: string): string => `c_${id}`;

/** The comment on the log half of a refusing rule. */
export const logComment = (id: string): string => `${id}:log`;

interface TableText extends RenderOptions {
	readonly family: 'inet' | 'netdev';
	readonly table: string;
	readonly ruleset: Ruleset;
	readonly hooked: boolean;
}

function renderTable({family, table, mode, rehook = false, ahead = false, leases = noLeaseChanges, ruleset, hooked}: TableText): string {
	const at = `${family} ${table}`;
	const chains = ruleset.chains.filter(chain => chain.table === family);
	return [
		...(mode === 'recreate' ? [`add table ${at}`, `delete table ${at}`] : []),
		...(mode === 'standing' ? [] : [`add table ${at}`]),
		...(family === 'inet' ? paceSets.map(set => `add set ${at} ${set}`) : []),
		...(family === 'inet' ? ruleset.sets.map(set => `add set ${at} ${set}`) : []),
		...[...ruleset.leases.map(({name}) => name), ...leases.endedSets].map(name => `add set ${at} ${name} ${leaseSpec}`),
		...chains.flatMap(({rules}) => rules.map(({id}) => `add counter ${at} ${counterName(id)}`)),
		...(rehook ? chains.flatMap(({name}) => [`flush chain ${at} ${name}`, `delete chain ${at} ${name}`]) : []),
		...(hooked && family === 'inet' ? absentChains(chains).flatMap(name => [`add chain ${at} ${name}`, `flush chain ${at} ${name}`, `delete chain ${at} ${name}`]) : []),
		...chains.map(chain => [`add chain ${at} ${chain.name}`, ...(hooked ? [chainSpec(chain, ruleset, ahead)] : [])].join(' ')),
		...chains.map(chain => `flush chain ${at} ${chain.name}`),
		...chains.flatMap(chain => chain.rules.flatMap(rule => ruleLines(chain, rule, ruleset).map(line => `add rule ${at} ${chain.name} ${line}`))),
		...leases.grants.flatMap(({lease: {name, protocol}, remainingMs}) => [`flush set ${at} ${name}`, `add element ${at} ${name} { ${nftProtocol(protocol)} timeout ${Math.max(1, Math.round(remainingMs))}ms }`]),
		// Declared above, so that deleting one that is gone already is no error.
		...leases.endedSets.map(name => `delete set ${at} ${name}`),
		...leases.endedCounters.map(name => `delete counter ${at} ${name}`),
		'',
	].join('\n');
}

/** A table that was adopted may still hold them, from other settings. Kernels without NAT must not be asked for such a chain. */
const absentChains = (chains: readonly Chain[]): readonly ChainName[] => (['postrouting'] as const).filter(name => !chains.some(chain => chain.name === name));

/** Log and verdict are two rules: one rule with a limit would count and refuse only what it logs. */
function ruleLines({name}: Chain, rule: Rule, {numbers}: Ruleset): readonly string[] {
	if (rule.verdict.kind !== 'reject' && rule.verdict.kind !== 'drop') return [renderRule(rule)];
	const log = `limit rate 500/second burst 500 packets log prefix "vks:${direction(name)}:${rule.id}" group ${numbers.nflogGroup} snaplen 128`;
	return [[renderMatch(rule.match), log, `comment "${logComment(rule.id)}"`].filter(part => part !== '').join(' '), renderRule(rule)];
}

function chainSpec({name, policy}: Chain, {backstop, tunnelNames}: Ruleset, ahead: boolean): string {
	const {type, hook, priority} = hookOf(name);
	const devices = name === 'egress' ? ` devices = ${deviceList(ahead ? withNamesAhead(backstop, tunnelNames) : backstop)}` : '';
	return `{ type ${type} hook ${hook}${devices} priority ${priority}; policy ${policy}; }`;
}

/** Where a chain meets packets. In a `route` chain a packet whose mark changes is routed again (nft.8, chain types). */
export function hookOf(name: Chain['name']): {readonly type: 'filter' | 'route' | 'nat'; readonly hook: string; readonly priority: number} {
	switch (name) {
		case 'early':
			// NF_IP_PRI_RAW (linux/netfilter_ipv4.h): connection tracking comes at -200.
			return {type: 'filter', hook: 'prerouting', priority: -300};
		case 'divert':
			return {type: 'nat', hook: 'output', priority: -100};
		case 'postrouting':
			return {type: 'nat', hook: 'postrouting', priority: 100};
		case 'prerouting':
			return {type: 'filter', hook: 'prerouting', priority: -150};
		case 'reroute':
			return {type: 'route', hook: 'output', priority: -150};
		case 'input':
		case 'forward':
		case 'output':
		case 'egress':
			return {type: 'filter', hook: name, priority: 0};
	}
}

function renderVerdict({verdict}: Rule): string {
	switch (verdict.kind) {
		case 'accept':
		case 'drop':
			return verdict.kind;
		case 'reject':
			// The application fails at once and by name: EHOSTUNREACH for TCP, EPERM for UDP.
			return 'reject with icmpx admin-prohibited';
		case 'set-mark':
			return `meta mark set 0x${verdict.mark.toString(16)}`;
		case 'set-connection-mark':
			return `ct mark set 0x${verdict.mark.toString(16)}`;
		case 'clamp-mss':
			return 'tcp option maxseg size set rt mtu';
		case 'redirect':
			return `redirect to :${verdict.port}`;
		case 'snat':
			return `snat ${isIpv4(verdict.address) ? 'ip' : 'ip6'} to ${verdict.address}`;
	}
}

function direction(chain: Chain['name']): 'in' | 'out' | 'forward' {
	switch (chain) {
		case 'early':
		case 'prerouting':
		case 'input':
			return 'in';
		case 'forward':
			return 'forward';
		case 'reroute':
		case 'divert':
		case 'output':
		case 'postrouting':
		case 'egress':
			return 'out';
	}
}
