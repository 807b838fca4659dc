/** Beside somebody else's tunnel: reads links, routes and rules, and changes none of them. */
import type {Config} from '../../config/config.ts';
import type {Kernel, Link} from '../../kernel/kernel.ts';
import {ok} from '../../result.ts';
import {chooseUplink, type Uplink} from '../../policy/uplink.ts';
import {findTunnel} from '../../tunnel/attached.ts';
import {readHooks} from '../foreign-hooks.ts';
import {canCarry, impostors, type NetworkKeeper} from '../network-keeper.ts';

export interface AttachedNetwork extends NetworkKeeper {
	links(): readonly Link[];
}

export function attachedNetworkKeeper(kernel: Pick<Kernel, 'network' | 'sysctl' | 'xdp' | 'hooks'>, config: Config): AttachedNetwork {
	const {network} = kernel;
	let previous: Uplink | null = null;
	let last: readonly Link[] = [];

	return {
		links: () => last,
		sync({carrying}) {
			const links = network.links();
			if (!links.ok) return links;
			last = links.value;
			const rules = network.rules();
			if (!rules.ok) return rules;
			// Those that its rules lead to are the owner's.
			const routes = network.routes([...new Set(rules.value.map(({table}) => table))]);
			if (!routes.ok) return routes;
			const found = findTunnel(links.value, config.attach?.interface ?? null);
			const choice = chooseUplink({
				links: links.value, routes: routes.value, previous,
				tunnels: found.ok ? [found.value.name] : [], configured: config.uplink, uplinkTable: config.numbers.uplinkTable,
			});
			previous = choice.uplink ?? previous;
			return ok({
				choice,
				repaired: [],
				broken: impostors(links.value),
				ipv6: kernel.sysctl.read('net.ipv6.conf.all.disable_ipv6') !== null,
				carrierUp: carrying !== null && links.value.some(link => canCarry(link, carrying)),
				// There is no second one.
				besideUp: false,
				routing: {routes: routes.value, rules: rules.value},
				links: links.value,
				xdp: kernel.xdp.hold(links.value.filter(({name}) => choice.outside.includes(name))),
				hooks: readHooks(kernel.hooks, links.value),
			});
		},
	};
}
