/** The configuration that OpenVPN is given on its standard input: written anew from what was read, never the operator's file. */
import {isIpv6} from '../../net/address.ts';
import type {Endpoint} from '../../net/port.ts';
import {quoteWord, type Directive} from './lines.ts';

export interface ConfigParts {
	/** The one server of this attempt. */
	readonly endpoint: Endpoint;
	readonly passed: readonly Directive[];
	readonly material: ReadonlyMap<string, string>;
	readonly keyDirection: '0' | '1' | null;
	readonly mtu: number | null;
	readonly asksUser: boolean;
}

/** Longer than a server that answers takes, shorter than the dial waits. */
const attemptSeconds = 12;

export function renderConfig({endpoint: {address, port, transport}, passed, material, keyDirection, mtu, asksUser}: ConfigParts): string {
	const family = isIpv6(address) ? '6' : '4';
	return [
		'client',
		`remote ${address} ${port} ${transport === 'udp' ? `udp${family}` : `tcp${family}-client`}`,
		`connect-timeout ${attemptSeconds}`,
		// Its packets would belong to no process, and the pinhole asks for one. Unknown before 2.6.
		'setenv opt disable-dco',
		...(mtu === null ? [] : [`tun-mtu ${mtu}`]),
		...(asksUser ? ['auth-user-pass'] : []),
		...(keyDirection === null ? [] : [`key-direction ${keyDirection}`]),
		...passed.map(({name, words}) => [name, ...words.map(quoteWord)].join(' ')),
		...[...material].flatMap(([name, text]) => [`<${name}>`, text.trimEnd(), `</${name}>`]),
		'',
	].join('\n');
}

export interface OptionParts {
	readonly interface: string;
	readonly mark: number;
	readonly ipv6: boolean;
}

/**
 * What is on the command line stands after the configuration and so wins over it. No value is secret. A server may push what
 * is named here and nothing else: addresses, resolvers, keepalive, cipher; no routes, no scripts.
 */
export function renderOptions({interface: name, mark, ipv6}: OptionParts): readonly string[] {
	return [
		'--dev', name, '--dev-type', 'tun',
		'--script-security', '0',
		'--route-noexec', '--ifconfig-noexec',
		'--mark', String(mark),
		'--nobind', '--persist-tun', '--persist-key',
		// A connection that is lost is dialled anew by vks, policy first: OpenVPN never begins one by itself.
		'--remap-usr1', 'SIGTERM', '--auth-retry', 'none',
		'--management-hold', '--management-query-passwords', '--management-query-remote', '--management-up-down',
		'--verb', '3',
		...pushable(ipv6).flatMap(beginning => ['--pull-filter', 'accept', beginning]),
		'--pull-filter', 'ignore', '',
	];
}

const pushable = (ipv6: boolean): readonly string[] => [
	'ifconfig ', ...(ipv6 ? ['ifconfig-ipv6 '] : []), 'topology ', 'dhcp-option DNS', 'dns server ', 'tun-mtu ',
	'ping ', 'ping-restart ', 'ping-exit ', 'peer-id ', 'cipher ', 'key-derivation ', 'protocol-flags ', 'auth-token', 'comp-lzo', 'compress',
];
