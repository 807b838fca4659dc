/** Asks the container engine: GET requests for what it is, its containers and its networks. */
import {listSchema} from '../../doctor/docker-schema.ts';
import {askFor, type GetJson} from '../../doctor/docker.ts';
import {ok, type Result} from '../../result.ts';
import {runningOf, type Named} from './container.ts';
import {bridgesIn, overlaysIn, type EngineFacts} from './facts.ts';
import {auditedContainerSchema, infoSchema, networksSchema, versionSchema, type AuditedContainer} from './schema.ts';

const atOnce = 8;

export async function askEngine(get: GetJson): Promise<Result<EngineFacts, string>> {
	const version = await askFor(get, '/version', versionSchema);
	if (!version.ok) return version;
	const list = await askFor(get, '/containers/json', listSchema);
	if (!list.ok) return list;
	const networks = await askFor(get, '/networks', networksSchema);
	if (!networks.ok) return networks;
	const info = await askFor(get, '/info', infoSchema);
	const containers = await describe(get, list.value.map(({Id}) => Id));
	const named = containers.map(({Id, Name}): Named => ({id: Id, name: Name.replace(/^\//, '')}));
	const bridges = new Map(networks.value.filter(({Driver}) => Driver === 'bridge').flatMap(network => bridgesIn([network]).map(bridge => [network.Id, bridge] as const)));
	return ok({
		version: version.value.Version, isDocker: !(version.value.Components ?? []).some(({Name}) => /podman/i.test(Name)), firewall: info.ok ? (info.value.FirewallBackend?.Driver ?? null) : null,
		running: containers.map(container => runningOf(container, named, bridges)), bridges: [...bridges.values()], overlays: overlaysIn(networks.value),
	});
}

/** One that was removed meanwhile is none any more. */
async function describe(get: GetJson, ids: readonly string[]): Promise<readonly AuditedContainer[]> {
	const found: AuditedContainer[] = [];
	for (let from = 0; from < ids.length; from += atOnce) {
		const some = await Promise.all(ids.slice(from, from + atOnce).map(id => askFor(get, `/containers/${encodeURIComponent(id)}/json`, auditedContainerSchema)));
		found.push(...some.flatMap(each => (each.ok ? [each.value] : [])));
	}
	return found;
}
