/** Published ports of a compose file put to 127.0.0.1: in its text, of which nothing else is touched. Pure. */
import {finding} from '../audit/finding.ts';
import {readCompose, type ComposeFile} from '../audit/compose/read.ts';
import {portKind} from '../audit/image-kinds.ts';
import {manners} from '../audit/published.ts';
import {isEverywhere, portText, type PublishedPort, type Service} from '../audit/service.ts';
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
	const found: Piece[] = [];
	/** Written once for several services, one of which keeps it open. */
	const shared = new Set<number>();
	for (const service of project.value.services) {
		for (const port of service.ports.filter(isEverywhere)) {
			const {severity, what} = manners[portKind(service, port)];
			const {what: text} = finding({id: 'port-published', severity, what: `${what}: ${portText(port)} of ${service.called}.`, proof: port.proof, risk: '', fix: ''});
			const why = choose(severity, [portName({port: port.hostPort ?? '', transport: port.transport})], choices);
			const node = nodes(service.name).find(each => each.index === port.entry);
			const piece = node === undefined ? null : pieceAt(file.text, node, port);
			if (why !== null && piece !== null) shared.add(piece.at);
			if (why !== null || piece === null) {
				left.push({what: `port-published: ${text}`, why: why ?? `how it is written there is not understood; write ${wanted(port)} yourself`});
				continue;
			}
			found.push({piece, service: service.name, what: text});
		}
	}
	for (const {piece, what} of found) if (shared.has(piece.at)) left.push({what: `port-published: ${what}`, why: 'it is written once for several services, one of which keeps it open; write it out for this one'});
	const chosen = found.filter(({piece}) => !shared.has(piece.at));
	const closes = chosen.map(({what}) => ({id: 'port-published', what}));
	const services = new Set(chosen.map(({service}) => service));
	// What is written once and used twice is changed once.
	const sorted = [...new Map(chosen.map(({piece}) => [piece.at, piece])).values()].toSorted((a, b) => a.at - b.at);
	const change = changeOf(file, sorted, {closes, services: [...services]}, digest);
	const after = withPieces(file.text, sorted);
	const read = after === null ? null : readCompose({...file, text: after});
	if (sorted.length > 0 && (read === null || !read.ok || !isSame(project.value.services, read.value.services))) return ok({choices, changes: [], left: [...left, ...closes.map(({what}) => ({what: `port-published: ${what}`, why: 'how it is written there is not understood; put 127.0.0.1 before it yourself'}))], notLooked: project.value.notLooked});
	return ok({choices, changes: change === null ? [] : [change], left, notLooked: project.value.notLooked});
}

interface Piece {
	readonly piece: FileStep['pieces'][number];
	readonly service: string;
	readonly what: string;
}

/** Nothing but addresses of ports may differ in what is read of it. */
const isSame = (before: readonly Service[], after: readonly Service[]): boolean => {
	const plain = (services: readonly Service[]): string => JSON.stringify(services.map(({name, image, ports}) => [name, image, ports.map(({hostPort, port, transport}) => [hostPort, port, transport])]));
	return plain(before) === plain(after);
};

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
		where: path, closes, diff: shownLines(path, text, pieces), then: `docker compose up -d${services.every(name => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) ? ` ${services.join(' ')}` : ''}, in its folder: what runs keeps its ports until then`,
		apply: {kind: 'file', path, is, becomes, pieces}, undo: {kind: 'file', path, is: becomes, becomes: is, pieces: reversed(pieces)},
	};
}
