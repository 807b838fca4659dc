/** The first thing of every start: before anything is asked or decided, nothing leaves over what is not loopback, an old tunnel included. */
import type {ManagementPath} from '../config/config.ts';
import type {Kernel} from '../kernel/kernel.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';
import {firewallKeeper, type FirewallKeeper} from './firewall-keeper.ts';

interface CloseOptions {
	readonly keeper?: FirewallKeeper;
	/** Whether another vks lives that keeps tables which bear no owner. */
	readonly kept?: () => Promise<boolean>;
	/** Where settings are known already. */
	readonly management?: ManagementPath | null;
}

export function closeFirst(kernel: Pick<Kernel, 'firewall' | 'network'>, {management = null, keeper = firewallKeeper(kernel.firewall, undefined, management), kept}: CloseOptions = {}): Promise<Result<void, Problem>> {
	const links = kernel.network.links();
	// Names that cannot be read keep nobody from closing what needs none.
	return keeper.close(links.ok ? links.value.filter(({loopback}) => !loopback).map(({name}) => name) : [], kept);
}
