/**
 * The static policy that stands before the daemon does. It lets nothing but loopback through and needs nothing but `nft`,
 * so an entrypoint can load it before Node starts. `container/blocked.nft` is this text, byte for byte.
 */

import type {ManagementPath} from '../config/config.ts';
import {cidrFamily} from '../net/cidr.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import {deviceList} from './ahead.ts';

export const bootTable = 'vks_boot';

export const bootScript = `# Blocked from the first instruction: vks replaces this table by its own policy and then deletes it.
add table inet ${bootTable}
add chain inet ${bootTable} input { type filter hook input priority 10; policy drop; }
add chain inet ${bootTable} forward { type filter hook forward priority 10; policy drop; }
add chain inet ${bootTable} output { type filter hook output priority 10; policy drop; }
flush chain inet ${bootTable} input
flush chain inet ${bootTable} forward
flush chain inet ${bootTable} output
add rule inet ${bootTable} input iifname "lo" accept
add rule inet ${bootTable} output ip daddr 127.0.0.11 counter drop
add rule inet ${bootTable} output oifname "lo" accept
add rule inet ${bootTable} input counter drop
add rule inet ${bootTable} forward counter drop
add rule inet ${bootTable} output counter drop
`;

/**
 * Its backstop, for raw frames, in a transaction of its own: not every kernel has the hook. A chain that stands takes the names
 * in addition. Priority and table are such that it only ever adds a refusal.
 */
export const bootBackstop = (devices: readonly InterfaceName[]): string => `add table netdev ${bootTable}
add counter netdev ${bootTable} refused
add chain netdev ${bootTable} egress { type filter hook egress devices = ${deviceList(devices)} priority 10; policy drop; }
flush chain netdev ${bootTable} egress
add rule netdev ${bootTable} egress counter name "refused" drop
`;

/**
 * The operator's way in, once settings are known: in transactions of their own, because not every kernel tracks connections, and
 * what refuses must not hang on it. Nothing begins here: what leaves is an answer.
 */
export const bootDoor = ({port, from}: ManagementPath): string => endsOf(from, 'saddr').map(source => `insert rule inet ${bootTable} input ${source}tcp dport ${port} counter accept\n`)
	.concat(endsOf(from, 'daddr').map(target => `insert rule inet ${bootTable} output ${target}tcp sport ${port} ct direction reply counter accept\n`)).join('');

/** Connections are not known at that hook, and no mark stands yet. */
export const bootDoorBackstop = ({port, from}: ManagementPath): string =>
	endsOf(from, 'daddr').map(target => `insert rule netdev ${bootTable} egress ${target}tcp sport ${port} counter accept\n`).join('');

/** One for each family; one for all where nobody is named. */
function endsOf(from: ManagementPath['from'], end: 'saddr' | 'daddr'): readonly string[] {
	if (from.length === 0) return [''];
	return ([4, 6] as const).flatMap(family => {
		const ranges = from.filter(range => cidrFamily(range) === family);
		return ranges.length === 0 ? [] : [`${family === 4 ? 'ip' : 'ip6'} ${end} { ${ranges.join(', ')} } `];
	});
}

export const bootBackstopRemoval = `delete table netdev ${bootTable}\n`;

export const bootRemoval = `delete table inet ${bootTable}\n`;
