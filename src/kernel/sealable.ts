/** A door to the kernel that can be shut for good: from then on nothing of whoever used it has any effect, also of what was under way. */
import type {Problem} from '../problem.ts';
import {fail, type Result} from '../result.ts';
import type {Kernel} from './kernel.ts';
import {problem} from './problems.ts';
import type {ResolvConf} from './resolv-conf.ts';

export interface Sealable {
	readonly kernel: Kernel;
	readonly resolv: ResolvConf;
	/** Resolves when what had begun has ended. */
	seal(): Promise<void>;
}

export function sealable(kernel: Kernel, resolv: ResolvConf): Sealable {
	const pending = new Set<Promise<unknown>>();
	let sealed = false;
	const now = <T>(act: () => Result<T, Problem>): Result<T, Problem> => (sealed ? fail(shut()) : act());
	const later = <T>(act: () => Promise<Result<T, Problem>>): Promise<Result<T, Problem>> => {
		if (sealed) return Promise.resolve(fail(shut()));
		const under = act();
		pending.add(under);
		const over = (): void => void pending.delete(under);
		under.then(over, over);
		return under;
	};
	const {firewall, network, sysctl, devices} = kernel;
	return {
		kernel: {
			...kernel,
			firewall: {...firewall, run: (...words) => later(() => firewall.run(...words)), own: (...words) => later(() => firewall.own(...words))},
			network: {
				...network,
				replaceRoute: route => now(() => network.replaceRoute(route)), deleteRoute: route => now(() => network.deleteRoute(route)),
				addRule: rule => now(() => network.addRule(rule)), deleteRule: rule => now(() => network.deleteRule(rule)),
			},
			sysctl: {...sysctl, write: (key, value) => !sealed && sysctl.write(key, value)},
			devices: {
				...devices,
				createWireguard: name => later(() => devices.createWireguard(name)), startOpenvpn: (name, start) => later(() => devices.startOpenvpn(name, start)),
				removeLeftover: name => later(() => devices.removeLeftover(name)),
			},
		},
		resolv: {...resolv, point: resolvers => now(() => resolv.point(resolvers))},
		async seal() {
			sealed = true;
			await Promise.allSettled(pending);
		},
	};
}

const shut = (): Problem => problem('internal', 'vks is ending and changes nothing any more.', 'Nothing has to be done.');
