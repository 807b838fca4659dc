/** Which daemons the console may look at, from flags and file: one that a flag names, else those of the file, else the socket here. */
import {fail, ok, type Result} from '../../result.ts';
import type {Flags} from '../arguments.ts';
import {engines, nameOf, parseContainer, parseHost, parseTarget, parseWay, type Target, type Way} from '../remote/target.ts';

export interface Targets {
	/** The one looked at first comes first. */
	readonly targets: readonly [Target, ...Target[]];
	/** Somebody named them, so the header does too. */
	readonly named: boolean;
}

interface Given {
	readonly flags: Flags;
	/** By name, what the file says. */
	readonly file: Readonly<Record<string, string>>;
	readonly socketPath: string;
}

export function targetsFor({flags, file, socketPath}: Given): Result<Targets, string> {
	const {'--host': host, '--container': container, '--engine': engine, '--target': wanted, '--socket': socket, '--replay': replay} = flags;
	const elsewhere = [['--host', host], ['--container', container], ['--target', wanted]].flatMap(([flag, value]) => (value === undefined ? [] : [flag ?? '']));
	const [first] = elsewhere;
	if (first !== undefined && socket !== undefined) return fail(`${first} and --socket name two daemons: leave one out, or write --target NAME=/PATH`);
	if (first !== undefined && replay !== undefined) return fail(`${first} and --replay: a recording needs no daemon, leave one out`);
	if (wanted !== undefined && first !== '--target') return fail(`${first ?? ''} and --target: write it as --target NAME=ssh://HOST/CONTAINER`);
	if (engine !== undefined && container === undefined) return fail('--engine says what runs the container of --container: name one');
	if (host !== undefined || container !== undefined) {
		const way = wayOf(host, container, engine);
		return way.ok ? ok({targets: [{name: nameOf(way.value), way: way.value}], named: true}) : way;
	}
	const inFile = fileTargets(file);
	if (!inFile.ok) return inFile;
	if (wanted !== undefined) return named(wanted.split('\n'), inFile.value);
	const [one, ...more] = socket === undefined && replay === undefined ? inFile.value : [];
	return ok(one === undefined ? {targets: [{name: socketPath, way: {kind: 'socket', path: socketPath}}], named: false} : {targets: [one, ...more], named: true});
}

function wayOf(host: string | undefined, container: string | undefined, engine: string | undefined): Result<Way, string> {
	const known = engines.find(each => each === (engine ?? engines[0]));
	if (known === undefined) return fail(`--engine cannot be "${engine ?? ''}": ${engines.join(' or ')}`);
	const inside = container === undefined ? ok(null) : parseContainer(container, known);
	if (!inside.ok) return fail(`--container: ${inside.error}`);
	const at = host === undefined ? ok(null) : parseHost(host);
	return at.ok ? ok({kind: 'far', host: at.value, container: inside.value}) : fail(`--host: ${at.error}`);
}

/** As it stands in the file, checked there once more with its line. */
function fileTargets(file: Given['file']): Result<readonly Target[], string> {
	const targets: Target[] = [];
	for (const [name, text] of Object.entries(file)) {
		const way = parseWay(text);
		if (!way.ok) return fail(`targets ${name}: ${way.error}`);
		targets.push({name, way: way.value});
	}
	return ok(targets);
}

/** `NAME=WAY` brings one, `NAME` is one of the file. Those of the file follow. */
function named(wanted: readonly string[], inFile: readonly Target[]): Result<Targets, string> {
	const chosen: Target[] = [];
	for (const text of wanted) {
		const found = text.includes('=') ? parseTarget(text) : ofFile(text, inFile);
		if (!found.ok) return fail(`--target: ${found.error}`);
		if (chosen.some(({name}) => name === found.value.name)) return fail(`--target: "${found.value.name}" is named twice`);
		chosen.push(found.value);
	}
	const [first, ...more] = [...chosen, ...inFile.filter(({name}) => chosen.every(each => each.name !== name))];
	return first === undefined ? fail('--target needs NAME or NAME=WAY') : ok({targets: [first, ...more], named: true});
}

function ofFile(name: string, inFile: readonly Target[]): Result<Target, string> {
	const found = inFile.find(each => each.name === name);
	if (found !== undefined) return ok(found);
	const known = inFile.map(each => each.name).join(', ');
	return fail(`"${name}" is not in the file${known === '' ? '' : ` (there are ${known})`}: write NAME=ssh://HOST/CONTAINER`);
}
