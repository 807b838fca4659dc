/**
 * Names that links may be given later: those of container engines. From Linux 6.16 on a netdev chain may name a link that is
 * not there, and meets its first frame when it is plugged in or renamed, daemon or not. A prefix (`eth*`) would cover every
 * name, but a chain that has one and rules makes nft 1.0.6 hang in every listing, anybody's (tried on 6.18).
 */
import {parseInterfaceName, type InterfaceName} from '../net/interface-name.ts';

/** Docker, Podman and Kubernetes plug in `eth0` and up, Multus `net1` and up. A chain takes 256 names (NFT_NETDEVICE_MAX). */
const series = [['eth', 32], ['net', 16]] as const;

export const namesAhead = (): readonly InterfaceName[] =>
	series.flatMap(([prefix, count]) => Array.from({length: count}, (_, number) => parseInterfaceName(`${prefix}${number}`))).filter(name => name !== null);

/** In the order of hooking: what must be covered first, each name once. */
export const withNamesAhead = (links: readonly InterfaceName[], but: readonly InterfaceName[] = []): readonly InterfaceName[] =>
	[...new Set([...links, ...namesAhead().filter(name => !but.includes(name))])];

export const deviceList = (devices: readonly InterfaceName[]): string => `{ ${devices.map(device => `"${device}"`).join(', ')} }`;
