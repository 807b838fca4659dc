/** What the server gave: addresses, resolvers, MTU, from the variables OpenVPN would hand to a script. Pure. */
import {familyOf, type IpAddress} from '../../net/address.ts';
import type {LinkAddress} from '../../kernel/kernel.ts';
import {readAddresses, readDns} from '../conf-values.ts';

export interface Pushed {
	readonly addresses: readonly LinkAddress[];
	readonly resolvers: readonly IpAddress[];
	readonly mtu: number | null;
}

/** The only variables that are kept: among the others are names and certificates. */
const kept = /^(?:ifconfig_local|ifconfig_ipv6_local|tun_mtu|foreign_option_\d{1,2}|dns_server_\d{1,2}_address_\d)$/;
export const isKept = (name: string): boolean => kept.test(name);

export function readPushed(variables: ReadonlyMap<string, string>): Pushed {
	const address = (name: string, length: number): readonly LinkAddress[] => {
		const read = readAddresses(`${variables.get(name) ?? ''}/${length}`);
		return read.ok ? read.value.filter(({address: found}) => familyOf(found) === (length === 32 ? 4 : 6)) : [];
	};
	const mtu = Number(variables.get('tun_mtu'));
	return {
		// A host's own address and no network: whatever else is behind the server is reached through the tunnel all the same.
		addresses: [...address('ifconfig_local', 32), ...address('ifconfig_ipv6_local', 128)],
		resolvers: [...new Set([...variables].toSorted(byNumber).flatMap(([name, value]) => resolverIn(name, value)))],
		mtu: Number.isInteger(mtu) && mtu >= 576 && mtu <= 65_535 ? mtu : null,
	};
}

function resolverIn(name: string, value: string): readonly IpAddress[] {
	const text = name.startsWith('dns_server_') ? value : /^dhcp-option DNS6? (\S+)$/.exec(value)?.[1];
	const read = text === undefined ? null : readDns(text);
	return read?.ok === true ? read.value.resolvers : [];
}

/** OpenVPN tells them backwards. */
const byNumber = ([a]: readonly [string, string], [b]: readonly [string, string]): number => a.localeCompare(b, 'en', {numeric: true});
