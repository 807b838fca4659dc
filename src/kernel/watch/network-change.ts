/** PURE: which rtnetlink messages are news, and of what (linux/rtnetlink.h). */
import type {KernelEvent} from '../kernel.ts';
import {RTM_DELADDR, RTM_DELLINK, RTM_DELROUTE, RTM_DELRULE, RTM_NEWADDR, RTM_NEWLINK, RTM_NEWROUTE, RTM_NEWRULE} from '../network/protocol.ts';

/** RTNLGRP_LINK, IPV4_IFADDR, IPV4_ROUTE, IPV4_RULE, IPV6_IFADDR, IPV6_ROUTE, IPV6_RULE. */
export const NETWORK_GROUPS: readonly number[] = [1, 5, 7, 8, 9, 11, 19];

type Change = Extract<KernelEvent, {kind: 'network-changed'}>['what'];

const changes: ReadonlyMap<number, Change> = new Map([
	[RTM_NEWLINK, 'link'],
	[RTM_DELLINK, 'link'],
	[RTM_NEWADDR, 'address'],
	[RTM_DELADDR, 'address'],
	[RTM_NEWROUTE, 'route'],
	[RTM_DELROUTE, 'route'],
	[RTM_NEWRULE, 'rule'],
	[RTM_DELRULE, 'rule'],
]);

export const networkChange = (messageType: number): Change | null => changes.get(messageType) ?? null;
