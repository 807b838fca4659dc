/** What was before vks changed anything: enough to take all of it back, by another process too. Crosses a pipe as JSON. */
import {z} from 'zod';
import type {Config} from '../config/config.ts';
import type {Kernel} from '../kernel/kernel.ts';
import type {RoutingCopy} from '../kernel/trial/routing-copy.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import {bootTable} from '../policy/boot.ts';
import {tableName} from '../policy/render.ts';
import {slotNames} from '../policy/slots.ts';
import type {Problem} from '../problem.ts';
import {ok, type Result} from '../result.ts';
import {smallFileOrNull} from '../small-file.ts';
import {wantedSysctls} from './wanted-sysctls.ts';

const name = z.custom<InterfaceName>(value => typeof value === 'string' && /^[^/\s]{1,15}$/.test(value));

export const beforeSchema = z.strictObject({
	links: z.array(z.strictObject({index: z.number(), name})),
	/** Null beside somebody else's tunnel, where neither is ours. */
	routing: z.strictObject({routes: z.array(z.string()), rules: z.array(z.string())}).nullable(),
	/** Rules that look there are ours. */
	tables: z.array(z.number()),
	/** `link`: by index, because its name may change. */
	sysctls: z.array(z.strictObject({key: z.string(), link: z.number().nullable(), value: z.string()})),
	/** Null `text`: there was no file. */
	resolv: z.strictObject({path: z.string(), text: z.string().nullable()}).nullable(),
	/** Names under which vks makes tunnels. */
	tunnels: z.array(name),
});
export type Before = z.infer<typeof beforeSchema>;

export const vksTables = [
	['inet', tableName], ['netdev', tableName], ['inet', `${tableName}_x`], ['netdev', `${tableName}_x`], ['netdev', 'vks_probe'], ['netdev', bootTable], ['inet', bootTable],
] as const;

/** Whether a vks before this one, or the entrypoint, has closed the namespace already: then there is nothing open to go back to. */
export function isClosedAlready({firewall}: Pick<Kernel, 'firewall'>): Result<boolean, Problem> {
	for (const [family, table] of vksTables) {
		const header = firewall.header(family, table);
		if (!header.ok) return header;
		if (header.value.kind === 'present') return ok(true);
	}
	return ok(false);
}

export function readBefore(kernel: Pick<Kernel, 'network' | 'sysctl'>, copy: Pick<RoutingCopy, 'save'>, config: Config): Result<Before, Problem> {
	const links = kernel.network.links();
	if (!links.ok) return links;
	const attached = config.attach !== null;
	const routing = attached ? ok(null) : copy.save();
	if (!routing.ok) return routing;
	const {uplinkTable, tunnelTable, probeTable} = config.numbers;
	const kept = (key: string, link: number | null): Before['sysctls'] => {
		const value = kernel.sysctl.read(key);
		return value === null ? [] : [{key, link, value}];
	};
	return ok({
		links: links.value.map(({index, name: its}) => ({index, name: its})),
		routing: routing.value === null ? null : {routes: [...routing.value.routes], rules: [...routing.value.rules]},
		tables: [uplinkTable, tunnelTable, probeTable, probeTable + 1],
		sysctls: attached ? [] : [
			...forwardingKeys.flatMap(key => kept(key, null)),
			...keysOf([]).flatMap(key => kept(key, null)),
			...links.value.filter(({loopback}) => !loopback).flatMap(({index, name: its}) => linkKeys(its).flatMap(key => kept(key, index))),
		],
		resolv: attached ? null : {path: config.resolvConf, text: smallFileOrNull(config.resolvConf)},
		tunnels: attached ? [] : [...slotNames(config)],
	});
}

/** The kernel changes others with these, so they are put back first (ip-sysctl.rst). */
const forwardingKeys = ['net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding', 'net/ipv6/conf/default/forwarding', 'net/ipv4/conf/default/accept_redirects', 'net/ipv4/conf/default/forwarding'];
const keysOf = (links: readonly InterfaceName[]): readonly string[] => wantedSysctls(links).map(({key}) => key);
const linkKeys = (link: InterfaceName): readonly string[] =>
	[`net/ipv4/conf/${link}/forwarding`, `net/ipv6/conf/${link}/forwarding`, ...keysOf([link]).filter(key => key.includes(`/conf/${link}/`))];
