/** The first thing of every start: before anything is asked or decided, nothing leaves over what is not loopback, an old tunnel included. */
import type {Kernel} from '../kernel/kernel.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';
import {firewallKeeper, type FirewallKeeper} from './firewall-keeper.ts';

interface CloseOptions {
	readonly keeper?: FirewallKeeper;
	/** Whether another vks lives that keeps tables which bear no owner. */
	readonly kept?: () => Promise<boolean>;
}

export function closeFirst(kernel: Pick<Kernel, 'firewall' | 'network'>, {keeper = firewallKeeper(kernel.firewall), kept}: CloseOptions = {}): Promise<Result<void, Problem>> {
	const links = kernel.network.links();
	// Names that cannot be read keep nobody from closing what needs none.
	return keeper.close(links.ok ? links.value.filter(({loopback}) => !loopback).map(({name}) => name) : [], kept);
}
