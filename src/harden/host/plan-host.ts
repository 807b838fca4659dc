/** Looks at the host as an audit does, and plans by what was found. Changes nothing. */
import {gatherScene} from '../../audit/gather.ts';
import {listTable} from '../../kernel/packet-rules.ts';
import {linkNames} from '../../net/link-names.ts';
import {fail, ok, type Result} from '../../result.ts';
import {smallFileOrNull} from '../../small-file.ts';
import type {Choices} from '../choices.ts';
import {needsTable, outsideLinks, planTable} from '../host-table.ts';
import {resolversIn} from '../keep.ts';
import {planPackets} from '../packets.ts';
import type {Plan} from '../plan.ts';
import {tableName} from '../table.ts';

/** The second says whom the resolver on this host asks (systemd-resolved(8)). */
const resolverFiles = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'] as const;

export async function planHost(socket: string | null, choices: Choices): Promise<Result<Plan, string>> {
	const scene = await gatherScene(socket);
	if (!scene.ok) return scene;
	const {host, notLooked} = scene.value;
	if (host === null) return fail(notLooked.map(({what, why}) => `${what}: ${why}`).join('; '));
	const standing = await listTable('inet', tableName);
	if (standing === undefined) return fail('nft does not list its tables');
	const resolvers = resolverFiles.map(path => resolversIn(smallFileOrNull(path) ?? '')).find(found => found.length > 0) ?? [];
	const outside = outsideLinks(linkNames(smallFileOrNull('/proc/net/dev') ?? ''), scene.value.engine.bridges.map(({link}) => link));
	const seen = {...scene.value, host: {...host, uplinks: {4: outside, 6: outside}}};
	const table = planTable(seen, {standing, outbound: {links: [...new Set([...host.uplinks[4], ...host.uplinks[6]])], resolvers}}, choices);
	const packets = needsTable(seen) ? {changes: [], left: [], notLooked} : planPackets(seen, choices);
	return ok({choices, changes: [...packets.changes, ...table.changes], left: [...packets.left, ...table.left], notLooked: packets.notLooked});
}
