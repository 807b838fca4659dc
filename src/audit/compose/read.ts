/** A compose file's text as a project of containers, each fact with its line. Pure. */
import {fail, ok, type Result} from '../../result.ts';
import type {NotLooked} from '../finding.ts';
import type {Overlay, Project} from '../service.ts';
import {parseDotenv} from './interpolate.ts';
import {composeSchema, serviceSchema} from './schema.ts';
import {serviceOf, type Reading} from './service.ts';
import {parseTree, type Path, type Tree} from './tree.ts';

export interface ComposeFile {
	/** As the operator named it. */
	readonly path: string;
	readonly text: string;
	/** `.env` beside it; null where there is none. */
	readonly dotenv: string | null;
}

export interface ComposeProject extends Project {
	readonly notLooked: readonly NotLooked[];
}

export function readCompose({path, text, dotenv}: ComposeFile): Result<ComposeProject, string> {
	const tree = parseTree(text);
	if (!tree.ok) return tree;
	const parsed = composeSchema.safeParse(tree.value.value);
	if (!parsed.success || (parsed.data.services ?? parsed.data.include ?? null) === null) return fail('it is no compose file: `services:` with names below it is missing');
	const {services, networks, include} = parsed.data;
	const notLooked: NotLooked[] = include === undefined ? [] : [{what: `${at(path, tree.value, ['include'])}: include`, why: 'other files are not followed; name them too'}];
	const reading: Reading = {
		path, variables: parseDotenv(dotenv ?? ''),
		line: where => at(path, tree.value, where),
		miss: (where, what, why) => notLooked.push({what: `${at(path, tree.value, where)}: ${what}`, why}),
	};
	const entries = Object.entries(services ?? {});
	const texts = entries.flatMap(([name, value]) => {
		const service = serviceSchema.safeParse(value);
		if (!service.success) reading.miss(['services', name], `service ${name}`, 'it is not written as compose has it');
		return service.success ? [[name, service.data] as const] : [];
	});
	const byContainer = new Map(texts.flatMap(([name, {container_name: container}]) => (typeof container === 'string' ? [[container, name] as const] : [])));
	return ok({
		services: texts.map(([name, value]) => serviceOf(name, value, reading, byContainer)),
		overlays: Object.entries(networks ?? {}).flatMap(([name, network]) => (network?.driver === 'overlay' ? [overlay(name, network.driver_opts ?? {}, reading)] : [])),
		notLooked,
	});
}

const at = (path: string, {lineOf}: Tree, where: Path): string => `${path} line ${lineOf(where)}`;

const overlay = (name: string, options: Readonly<Record<string, unknown>>, {line, path}: Reading): Overlay => ({
	name, encrypted: 'encrypted' in options && options['encrypted'] !== false && options['encrypted'] !== 'false',
	proof: `${line(['networks', name, 'driver'])}: driver overlay, no \`encrypted\` among its driver_opts`,
	fix: `In network ${name} of ${path}: \`driver_opts: {encrypted: "true"}\`; the network must be made anew.`,
});
