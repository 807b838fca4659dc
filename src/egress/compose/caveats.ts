/** What no overlay can hold, and what is lost by it, of one service. Pure. */
import {parseMount} from '../../audit/compose/ports.ts';
import {portText, type Service} from '../../audit/service.ts';

export interface Caveat {
	/** `open`: a way around the proxy that stays. `lost`: something that worked before and does not any more. */
	readonly kind: 'open' | 'lost';
	readonly what: string;
	readonly next: string;
}

/** As it is written, of what an audit does not read. */
export interface ServiceText {
	readonly pid?: unknown;
	readonly extends?: unknown;
	readonly links?: unknown;
	readonly volumes?: unknown;
	readonly volumes_from?: unknown;
	readonly devices?: unknown;
	readonly use_api_socket?: unknown;
}

export interface Around {
	readonly governed: readonly string[];
	readonly beside: readonly string[];
	/** Those in the network of one that is governed: they are held with it. */
	readonly within: readonly string[];
}

/** Each of them may make routes, send what no table sees, or become who may. */
const mightyCapabilities = new Set(['ALL', 'NET_ADMIN', 'NET_RAW', 'SYS_ADMIN', 'SYS_MODULE', 'SYS_PTRACE', 'BPF']);

export function caveatsOf(service: Service, text: ServiceText, {governed, beside, within}: Around): readonly Caveat[] {
	const {name} = service;
	const needs = [...new Set([...(service.dependsOn ?? []).map(({name: other}) => other), ...linksOf(text.links)])];
	const lost = (what: string, next: string): Caveat => ({kind: 'lost', what: `Service ${name} ${what}`, next});
	const unreached = (others: readonly string[], next: string): readonly Caveat[] => (others.length === 0 ? [] : [lost(`depends on ${others.join(', ')}, which it does not reach any more.`, next)]);
	if (within.includes(name)) return waysAround(service, text);
	if (beside.includes(name) || service.network.kind === 'shared') return [];
	if (!governed.includes(name)) return unreached(needs.filter(other => governed.includes(other)), `Put it on their network too, with --beside ${name}: it keeps its own way out.`);
	const apart = needs.filter(other => !governed.includes(other) && !beside.includes(other));
	return [
		...waysAround(service, text),
		...(service.ports.length === 0 ? [] : [lost(`publishes ${service.ports.map(portText).join(', ')}, where nobody is answered any more.`, 'Publish it from a container that is put --beside it.')]),
		...unreached(apart, 'Named by --service it is held as well; by --beside it keeps its own way out.'),
	];
}

/** What in it could be sent past the proxy, or gives it the host. */
function waysAround(service: Service, text: ServiceText): readonly Caveat[] {
	const {name} = service;
	const open = (what: string, next: string): Caveat => ({kind: 'open', what: `Service ${name} ${what}: the overlay does not hold it.`, next});
	const mighty = service.capAdd.filter(each => mightyCapabilities.has(each));
	const disks = listOf(text.devices).map(deviceOf).filter(device => hostDevice.test(device));
	const root = listOf(text.volumes).some(entry => /^\/+$/.test(parseMount(entry, raw => raw)?.source ?? ''));
	return [
		...(service.privileged === null ? [] : [open('is privileged', 'Remove privileged: true, and give it what it needs by name.')]),
		...(service.sockets.length === 0 && text.use_api_socket !== true ? [] : [open('has the container engine\'s socket', 'Remove it: by it a container beside every wall can be started.')]),
		...(root ? [open('has the host\'s root folder, and in it the container engine\'s socket', 'Mount only the folders that it needs.')] : []),
		...(listOf(text.volumes_from).length === 0 ? [] : [open('has the volumes of others, which are not followed', 'Name by volumes: what it needs of them.')]),
		...(disks.length === 0 ? [] : [open(`has ${disks.join(', ')} of the host`, 'Remove it from devices.')]),
		...(mighty.length === 0 ? [] : [open(`adds ${mighty.join(', ')}`, `Remove ${mighty.length === 1 ? 'it' : 'them'} from cap_add.`)]),
		...(text.pid === 'host' ? [open('sees the host\'s processes', 'Remove pid: host.')] : []),
		...(text.extends === undefined ? [] : [open('extends another, which is not followed', 'Name the file that `docker compose config` prints.')]),
	];
}

/** Disks and memory, by which everything of the host is read and written. */
const hostDevice = /^\/dev\/(?:sd|vd|xvd|hd|nvme|mmcblk|md|dm-|mapper|disk|loop|mem|kmem|port)/;
const deviceOf = (entry: unknown): string => (typeof entry === 'object' && entry !== null && 'source' in entry ? String(entry.source) : String(entry).split(':')[0] ?? '');
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** `db`, or `db:database`. */
const linksOf = (links: unknown): readonly string[] => (Array.isArray(links) ? links.map(link => String(link).split(':')[0] ?? '') : []);
