/** Serves metrics and the health check. It follows the controller as any client does, and nothing that comes in reaches it. */
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {ListenPlace} from '../config/config.ts';
import {listenPlaceText} from '../config/listen-place.ts';
import {listenInPlace} from '../control/listen.ts';
import {reasonOf} from '../control/problems.ts';
import type {ControllerPort} from '../controller/port.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {answerTo, type Answer, type Moment} from './answer.ts';
import {recentMoments} from './recent.ts';
import {follow, nothingFollowed} from './switches.ts';

export interface MetricsOptions {
	readonly place: ListenPlace;
	readonly controller: Pick<ControllerPort, 'snapshot' | 'subscribe'>;
	readonly now: () => number;
}

export interface MetricsServer {
	close(): Promise<void>;
}

/** For one scraper or two, and for nobody who opens connections and says nothing. */
const mostConnections = 16;
const requestWithinMs = 5000;
/** Of one connection; then it is closed, and the next one may have its place. */
const mostRequests = 100;

export async function serveMetrics({place, controller, now}: MetricsOptions): Promise<Result<MetricsServer, Problem>> {
	let followed = follow(nothingFollowed, controller.snapshot().reconnects);
	const recent = recentMoments({snapshot: () => controller.snapshot(), counted: () => followed, now});
	const server = createServer({requestTimeout: requestWithinMs, headersTimeout: requestWithinMs, connectionsCheckingInterval: 1000, maxHeaderSize: 8192}, (request, response) => void reply(request, response, recent.moment));
	server.maxConnections = mostConnections;
	server.timeout = requestWithinMs;
	server.maxRequestsPerSocket = mostRequests;
	const listening = await listenAt(server, place);
	if (!listening.ok) return listening;
	const unsubscribe = controller.subscribe(event => {
		if (event.type !== 'snapshot') return;
		followed = follow(followed, event.snapshot.reconnects);
		recent.forget();
	});
	return ok({
		async close() {
			unsubscribe();
			const closed = listening.value();
			server.closeAllConnections();
			await closed;
		},
	});
}

async function reply(request: IncomingMessage, response: ServerResponse, moment: () => Moment): Promise<void> {
	const {status, type, text, headers = {}} = await answerTo(request.method ?? '', request.url ?? '', moment()).catch(broken);
	response.writeHead(status, {'content-type': type, 'content-length': Buffer.byteLength(text), 'cache-control': 'no-store', ...headers});
	response.end(request.method === 'HEAD' ? undefined : text);
}

/** A bug here is no reason for the daemon to end. */
const broken = (error: unknown): Answer => ({status: 500, type: 'text/plain; charset=utf-8', text: `This is a bug in vks: ${reasonOf(error)}\n`});

async function listenAt(server: Server, place: ListenPlace): Promise<Result<() => Promise<unknown>, Problem>> {
	if (place.kind === 'unix') {
		const placed = await listenInPlace(server, {path: place.path, group: null});
		return placed.ok ? ok(() => placed.value.close()) : fail(notServed(place, placed.error.what));
	}
	return new Promise(resolve => {
		server.once('error', error => resolve(fail(notServed(place, reasonOf(error)))));
		server.listen({host: place.address, port: place.port, exclusive: true, ipv6Only: true}, () => resolve(ok(() => new Promise(done => server.close(done)))));
	});
}

const notServed = (place: ListenPlace, why: string): Problem => ({
	code: 'socket-busy',
	severity: 'warning',
	what: `Metrics and health check are not served at ${listenPlaceText(place)}: ${why}${why.endsWith('.') ? '' : '.'}`,
	stillBlocking: true,
	next: 'Name another place in VKS_METRICS, or end what holds this one, and start vks again. Everything else goes on.',
});
