/** Delivers what the kernel says unasked: ruleset commits, network changes and refused packets. One turn reads all three. */
import type {Problem} from '../../problem.ts';
import type {Result} from '../../result.ts';
import type {Koffi} from '../ffi/koffi.ts';
import type {Libc} from '../ffi/libc.ts';
import type {Generation, Kernel, KernelEvent} from '../kernel.ts';
import {NETLINK_NETFILTER, NETLINK_ROUTE, type NetlinkError} from '../netlink/socket.ts';
import type {RawLink} from '../network/parse-links.ts';
import {parseGeneration} from '../nftables/parse.ts';
import {NFNLGRP_NFTABLES, NFT_MSG_NEWGEN} from '../nftables/protocol.ts';
import {problem} from '../problems.ts';
import {culpritOf} from './culprit.ts';
import {openDropFeed} from './drops.ts';
import {linkNames, type LinkNames} from './link-names.ts';
import {networkChange, NETWORK_GROUPS} from './network-change.ts';
import {openPoller} from './poller.ts';
import {openSubscription, type Drained, type Subscription} from './subscription.ts';

export interface WatchParts {
	readonly koffi: Koffi;
	readonly libc: Libc;
	readonly links: () => Result<readonly RawLink[], Problem>;
	/** Whether the socket with this netlink port id commits for us. Ports are exact where pids are not: other pid namespaces, threads. */
	readonly isOurs: (port: number) => boolean;
	/** The same of routes and rules. */
	readonly isOurRequest: (port: number) => boolean;
	readonly onCommit: (commit: Generation) => void;
}

type Source = Extract<KernelEvent, {kind: 'overrun'}>['source'];

/** One subscription: `read` takes what waits and tells what happened. */
interface Feed {
	readonly source: Source;
	readonly subscription: Subscription;
	read(): {readonly drained: Drained; readonly events: readonly KernelEvent[]};
}

const BUFFER_BYTES = 4 * 1024 * 1024;

export function openWatch(parts: WatchParts): Kernel['watch'] {
	return async (listener, {nflogGroup, signal}) => {
		if (signal.aborted) return [];
		const names = linkNames(parts.links);
		const opened = [networkFeed(parts, names), rulesetFeed(parts), dropFeed(parts, names, nflogGroup)];
		const feeds = opened.filter(feed => 'read' in feed);
		const poller = openPoller(parts.koffi, feeds.map(({subscription}) => subscription.fd), turn);

		function turn(): void {
			const events: KernelEvent[] = [];
			for (const feed of feeds) {
				const read = feed.read();
				events.push(...read.events);
				if (read.drained === 'lost') {
					events.push({kind: 'overrun', source: feed.source});
					if (feed.source === 'rtnetlink') names.reload();
				}
				if (read.drained === 'more' || read.drained === 'lost') poller.again();
			}
			for (const event of events) if (!signal.aborted) listener(event);
		}
		signal.addEventListener(
			'abort',
			() => {
				poller.close();
				for (const {subscription} of feeds) subscription.close();
			},
			{once: true},
		);
		// What came between joining and polling.
		poller.again();
		return opened.filter(feed => 'code' in feed);
	};
}

function rulesetFeed({libc, isOurs, onCommit}: WatchParts): Feed | Problem {
	const subscription = openSubscription(libc, {protocol: NETLINK_NETFILTER, groups: [NFNLGRP_NFTABLES], bufferBytes: BUFFER_BYTES});
	if (!subscription.ok) return blind('ruleset changes', subscription.error);
	return {
		source: 'nftables',
		subscription: subscription.value,
		read() {
			const events: KernelEvent[] = [];
			const drained = subscription.value.drain(({type, portId, body}) => {
				if (type !== NFT_MSG_NEWGEN) return;
				const generation = parseGeneration(body);
				onCommit(generation);
				events.push({kind: 'ruleset-changed', generation, ours: isOurs(portId)});
			});
			return {drained, events};
		},
	};
}

function networkFeed({libc, isOurRequest}: WatchParts, names: LinkNames): Feed | Problem {
	const subscription = openSubscription(libc, {protocol: NETLINK_ROUTE, groups: NETWORK_GROUPS, bufferBytes: BUFFER_BYTES});
	if (!subscription.ok) return blind('network changes', subscription.error);
	return {
		source: 'rtnetlink',
		subscription: subscription.value,
		read() {
			const changed = new Map<NonNullable<ReturnType<typeof networkChange>>, number | null>();
			const drained = subscription.value.drain(message => {
				names.take(message);
				const what = networkChange(message.type);
				// Links and addresses are our own tools' too: only who changes routes and rules is named.
				const stranger = (what === 'route' || what === 'rule') && message.portId !== 0 && !isOurRequest(message.portId) ? message.portId : null;
				if (what !== null) changed.set(what, stranger ?? changed.get(what) ?? null);
			});
			return {drained, events: [...changed].map(([what, port]) => ({kind: 'network-changed', what, ...byWhom(port)}))};
		},
	};
}

function byWhom(port: number | null): {readonly by?: string} {
	const by = port === null ? null : culpritOf(port);
	return by === null ? {} : {by};
}

function dropFeed({libc}: WatchParts, names: LinkNames, group: number): Feed | Problem {
	const feed = openDropFeed(libc, group, names.nameOf);
	if (!feed.ok) return feed.error;
	const {subscription, take, flush} = feed.value;
	return {
		source: 'nflog',
		subscription,
		read() {
			const drained = subscription.drain(take);
			const {records, lost} = flush();
			return {drained, events: records.length === 0 && lost === 0 ? [] : [{kind: 'drops', records, lost}]};
		},
	};
}

const blind = (what: string, {text}: NetlinkError): Problem =>
	problem('internal', `The kernel does not report ${what} to this process: ${text}.`, 'Allow netlink multicast in the sandbox of this process; until then changes are found at the next reading only.');
