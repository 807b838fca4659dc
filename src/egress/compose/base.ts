/** What an overlay must know of the compose file it is laid over. Pure. */
import {z} from 'zod';
import {readCompose, type ComposeFile} from '../../audit/compose/read.ts';
import {parseTree} from '../../audit/compose/tree.ts';
import {holderOf} from '../../audit/service.ts';
import {fail, ok, type Result} from '../../result.ts';
import {caveatsOf, type Caveat} from './caveats.ts';
import type {GroupNames} from './group.ts';

/** A service that is to reach the allowed names alone. */
export interface Governed {
	readonly name: string;
	/** What the file says itself, and an overlay would be added to: it must be replaced. */
	readonly says: {readonly networks: boolean; readonly dns: boolean};
}

/** A service that keeps its own networks, and is on the governed ones' too. */
export interface Neighbour {
	readonly name: string;
	/** Whether the file says on which; otherwise it is on the project's own. */
	readonly namesNetworks: boolean;
}

/** Of whom an overlay is. */
export interface Chosen {
	readonly governed: readonly string[];
	readonly beside: readonly string[];
}

export interface Base {
	/** As written, because files that are laid over one another must agree. Null where there is none. */
	readonly version: string | null;
	readonly governed: readonly Governed[];
	readonly beside: readonly Neighbour[];
	/** In the network of one that is governed. */
	readonly within: readonly string[];
	readonly caveats: readonly Caveat[];
}

/** Nothing is written. */
export interface Refusal {
	readonly what: string;
	readonly next: string;
}

const anything = z.unknown().optional();
const serviceSchema = z.looseObject({networks: anything, dns: anything, network_mode: anything, pid: anything, extends: anything, links: anything, volumes: anything, volumes_from: anything, devices: anything, use_api_socket: anything});
const baseSchema = z.looseObject({
	version: z.union([z.string(), z.number()]).nullish().catch(null),
	services: z.record(z.string(), serviceSchema.nullable().catch(null)),
	networks: z.record(z.string(), z.unknown()).nullish().catch(null),
});

export function readBase(file: ComposeFile, chosen: Chosen, group: GroupNames): Result<Base, Refusal> {
	const [project, tree] = [readCompose(file), parseTree(file.text)];
	const parsed = tree.ok ? baseSchema.safeParse(tree.value.value) : null;
	if (!project.ok) return fail({what: `${file.path} cannot be read: ${project.error}.`, next: 'Name a compose file that can.'});
	if (parsed?.success !== true) return fail({what: `${file.path} cannot be read: it has no services of its own.`, next: 'Name the file that `docker compose config` prints.'});
	const {services, networks, version} = parsed.data;
	const wanted = [...chosen.governed, ...chosen.beside];
	const unknown = wanted.find(name => !Object.hasOwn(services, name));
	if (unknown !== undefined) return fail({what: `${file.path} has no service ${unknown}.`, next: `It has ${Object.keys(services).join(', ')}.`});
	const taken = [...[group.inside, group.outside].filter(name => Object.hasOwn(networks ?? {}, name)).map(name => `a network ${name}`), ...(Object.hasOwn(services, group.proxy) ? [`a service ${group.proxy}`] : [])];
	if (taken.length > 0) return fail({what: `${file.path} has ${taken.join(' and ')} itself.`, next: 'Give the overlay another name with --name NAME.'});
	const bound = wanted.find(name => hasValue(services[name]?.network_mode));
	if (bound !== undefined) {
		const mode = String(services[bound]?.network_mode);
		return fail({
			what: `Service ${bound} has network_mode: ${mode}, which Compose does not join with a network.`,
			next: mode.startsWith('service:') ? `Name ${mode.slice('service:'.length)} instead: ${bound} is in its network, and is held with it.` : 'Remove network_mode: the overlay gives it a network.',
		});
	}
	const within = project.value.services.filter(service => service.network.kind === 'shared' && chosen.governed.includes(holderOf(service, project.value)?.name ?? '')).map(({name}) => name);
	return ok({
		version: version === null || version === undefined ? null : String(version),
		governed: chosen.governed.map(name => ({name, says: {networks: hasValue(services[name]?.networks), dns: hasValue(services[name]?.dns)}})),
		beside: chosen.beside.map(name => ({name, namesNetworks: hasValue(services[name]?.networks)})),
		within,
		caveats: project.value.services.flatMap(service => caveatsOf(service, services[service.name] ?? {}, {...chosen, within})),
	});
}

const hasValue = (value: unknown): boolean => value !== undefined && value !== null;
