/** Published ports of a compose file put to 127.0.0.1: in its text, of which nothing else is touched. Pure. */
import {finding} from '../audit/finding.ts';
import {readCompose, type ComposeFile} from '../audit/compose/read.ts';
import {portKind} from '../audit/image-kinds.ts';
import {manners} from '../audit/published.ts';
import {isEverywhere, portText, type PublishedPort} from '../audit/service.ts';
import {ok, type Result} from '../result.ts';
import {choose, portName, type Choices} from './choices.ts';
import {pieceAt, portNodes} from './compose-nodes.ts';
import {shownLines} from './compose-lines.ts';
import type {Change, Left, Plan} from './plan.ts';
import {reversed, withPieces} from './pieces.ts';
import type {FileStep} from './step.ts';

/** `path` is absolute, for who undoes it somewhere else; `digest` is what a text is known by later. */
export function planCompose(file: ComposeFile, choices: Choices, digest: (text: string) => string): Result<Plan, string> {
	const project = readCompose(file);
	if (!project.ok) return project;
	const nodes = portNodes(file.text);
	const left: Left[] = [];
	const closes: Change['closes'][number][] = [];
	const services = new Set<string>();
	const pieces = new Map<number, FileStep['pieces'][number]>();
	for (const service of project.value.services) {
		for (const port of service.ports.filter(isEverywhere)) {
			const {severity, what} = manners[portKind(service, port)];
			const found = finding({id: 'port-published', severity, what: `${what}: ${portText(port)} of ${service.called}.`, proof: port.proof, risk: '', fix: ''});
			const why = choose(severity, [portName({port: port.hostPort ?? '', transport: port.transport})], choices);
			const node = nodes(service.name).find(each => each.index === port.entry);
			const piece = why !== null || node === undefined ? null : pieceAt(file.text, node, port);
			if (piece === null) {
				left.push({what: `port-published: ${found.what}`, why: why ?? `how it is written there is not understood; write ${wanted(port)} yourself`});
				continue;
			}
			// What is written once and used twice is changed once.
			pieces.set(piece.at, piece);
			closes.push({id: found.id, what: found.what});
			services.add(service.name);
		}
	}
	const sorted = [...pieces.values()].toSorted((a, b) => a.at - b.at);
	const change = changeOf(file, sorted, {closes, services: [...services]}, digest);
	return ok({choices, changes: change === null ? [] : [change], left, notLooked: project.value.notLooked});
}

const wanted = ({hostPort, port, transport}: PublishedPort): string => `"127.0.0.1:${hostPort ?? ''}:${port}${transport === 'tcp' ? '' : `/${transport}`}"`;

interface Found {
	readonly closes: Change['closes'];
	readonly services: readonly string[];
}

function changeOf({path, text}: ComposeFile, pieces: FileStep['pieces'], {closes, services}: Found, digest: (text: string) => string): Change | null {
	const after = pieces.length === 0 ? null : withPieces(text, pieces);
	if (after === null) return null;
	const [is, becomes] = [digest(text), digest(after)];
	return {
		where: path, closes, diff: shownLines(path, text, pieces), then: `docker compose up -d ${services.join(' ')}, in its folder: what runs keeps its ports until then`,
		apply: {kind: 'file', path, is, becomes, pieces}, undo: {kind: 'file', path, is: becomes, becomes: is, pieces: reversed(pieces)},
	};
}
