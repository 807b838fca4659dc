/** One entry of `ports:`, short or long. Pure. */
import type {PublishedPort} from '../service.ts';
import {shortOrLong} from './schema.ts';

const short = /^(?:(?:(\[[0-9a-fA-F:.]+\]|[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F]*(?=:[\d-]*:\d)|[\d.]+|\*|localhost):)?(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/i;

/** `read` puts values in the place of variables; null where one is not known. Null where it is no port. */
export function parsePublished(entry: unknown, read: (text: string) => string | null): Omit<PublishedPort, 'proof'> | null {
	const parsed = shortOrLong.safeParse(entry);
	if (!parsed.success) return null;
	if (typeof parsed.data === 'object') {
		const {target, published, host_ip: address, protocol = 'tcp'} = parsed.data;
		if (target === undefined) return null;
		const [hostAddress, hostPort, port] = [read(address ?? ''), published === undefined ? '' : read(String(published)), read(String(target))];
		return hostAddress === null || hostPort === null || port === null ? null : {hostAddress, hostPort: hostPort === '' ? null : hostPort, port, transport: protocol};
	}
	const [whole, hostAddress = '', hostPort, port, transport = 'tcp'] = short.exec(read(String(parsed.data)) ?? '') ?? [];
	return whole === undefined || port === undefined ? null : {hostAddress, hostPort: hostPort ?? null, port, transport: transport.toLowerCase()};
}

export interface Mount {
	readonly source: string;
	readonly readOnly: boolean;
}

/** Null where it mounts nothing of the host's. */
export function parseMount(entry: unknown, read: (text: string) => string | null): Mount | null {
	const parsed = shortOrLong.safeParse(entry);
	if (!parsed.success || typeof parsed.data === 'number') return null;
	if (typeof parsed.data === 'object') {
		const source = read(parsed.data.source ?? '');
		return source === null || source === '' ? null : {source, readOnly: parsed.data.read_only === true || parsed.data.read_only === 'true'};
	}
	const [source = '', target, mode = ''] = (read(parsed.data) ?? '').split(':');
	return target === undefined ? null : {source, readOnly: mode.split(',').includes('ro')};
}

/** The socket, or a folder that holds it. */
export const holdsSocket = ({source}: Mount): boolean => /(?:docker|podman|containerd)\.sock$/.test(source) || /^(?:\/var)?\/run\/?$/.test(source);
