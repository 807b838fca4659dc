/**
 * Takes back everything that vks changed. Opening comes last: until then what refused still refuses. No step holds up the next,
 * because who is locked out cannot mend the one that failed.
 */
import type {Kernel} from '../kernel/kernel.ts';
import type {RoutingCopy} from '../kernel/trial/routing-copy.ts';
import {takeBackResolvConf} from '../kernel/resolv-conf.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import {isRuleOfOurs} from '../policy/routing.ts';
import {vksTables, type Before} from './before.ts';
import {wantedSysctls} from './wanted-sysctls.ts';

/** What could not be taken back, in words; empty when all was. */
export async function takeBack(kernel: Pick<Kernel, 'network' | 'sysctl' | 'firewall' | 'devices'>, copy: Pick<RoutingCopy, 'restore'>, before: Before): Promise<readonly string[]> {
	const trouble: string[] = [];
	for (const tunnel of before.tunnels.filter(name => !before.links.some(link => link.name === name))) {
		const removed = await kernel.devices.removeLeftover(tunnel);
		if (!removed.ok) trouble.push(removed.error.what);
	}
	const links = kernel.network.links();
	const names = new Map(links.ok ? links.value.map(({index, name}) => [index, name]) : []);
	trouble.push(
		...putBackSysctls(kernel, before, names),
		...(before.routing === null ? [] : copy.restore(before.routing, rule => isRuleOfOurs(rule, before.tables))),
		...(before.resolv === null ? [] : takeBackResolvConf(before.resolv)),
	);
	return [...trouble, ...await removeTables(kernel)];
}

function putBackSysctls({sysctl}: Pick<Kernel, 'sysctl'>, {sysctls, links}: Before, names: ReadonlyMap<number, InterfaceName>): readonly string[] {
	const put = (key: string, value: string): readonly string[] => (sysctl.read(key) === value || sysctl.write(key, value) ? [] : [`${key} could not be set to ${value} again`]);
	const known = sysctls.flatMap(({key, link, value}) => {
		const was = links.find(({index}) => index === link)?.name;
		const is = link === null ? undefined : names.get(link);
		if (link === null) return put(key, value);
		// It went, and took its settings along.
		return was === undefined || is === undefined ? [] : put(key.replace(`/conf/${was}/`, `/conf/${is}/`), value);
	});
	// What was plugged in meanwhile got the kernel's defaults, and then ours.
	const fresh = sysctls.length === 0 ? [] : [...names].filter(([index]) => !links.some(link => link.index === index)).map(([, name]) => name);
	return [...known, ...fresh.flatMap(name => wantedSysctls([name]).filter(({key}) => key.includes(`/conf/${name}/`)).flatMap(({key, value}) => {
		const initial = sysctl.read(key.replace(`/conf/${name}/`, '/conf/default/'));
		return initial === null || sysctl.read(key) !== value ? [] : put(key, initial);
	}))];
}

async function removeTables({firewall}: Pick<Kernel, 'firewall'>): Promise<readonly string[]> {
	const trouble: string[] = [];
	for (const [family, table] of vksTables) {
		const header = firewall.header(family, table);
		if (header.ok && header.value.kind === 'absent') continue;
		const removed = await firewall.run(`delete table ${family} ${table}\n`);
		if (!removed.ok) trouble.push(`table ${family} ${table} stands: ${removed.error.what}`);
	}
	return trouble;
}
