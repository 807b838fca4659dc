/** Serves the controller on two unix sockets: one that takes commands, and one that only shows. */
import {createServer, type Server} from 'node:net';
import {join} from 'node:path';
import type {ControllerEvent, ControllerPort, HistoryPort} from '../controller/port.ts';
import type {Problem} from '../problem.ts';
import {ok, type Result} from '../result.ts';
import {broadcastOf, encode} from './broadcast.ts';
import {serveConnection, type Connection} from './connection.ts';
import {defaultLimits, type ControlLimits} from './limits.ts';
import {listenInPlace, type Placed} from './listen.ts';
import {controlSocketName, viewSocketName} from './paths.ts';
import {tooManyClients} from './problems.ts';
import {letThrough, prepareRunFolder} from './run-folder.ts';
import {protocolVersion} from './schema.ts';

export interface ControlServerOptions {
	readonly controller: ControllerPort;
	/** Nothing was kept when absent. */
	readonly history?: HistoryPort;
	/** Made with mode 0700 if absent. */
	readonly runFolder: string;
	readonly version: string;
	/** The gid whose members may look on; nobody but the owner when absent. */
	readonly viewGroup?: number | null;
	readonly limits?: Partial<ControlLimits>;
}

export interface ControlServer {
	readonly controlPath: string;
	readonly viewPath: string;
	/** Clients on both sockets. */
	clients(): number;
	/** Sends what is owed to the clients, closes them and removes the sockets. */
	close(): Promise<void>;
}

export async function startControlServer(options: ControlServerOptions): Promise<Result<ControlServer, Problem>> {
	const {controller, history = nothingKept, runFolder, version, viewGroup = null} = options;
	const limits = {...defaultLimits, ...options.limits};
	const prepared = await prepareRunFolder(runFolder);
	if (!prepared.ok) return prepared;

	const serve = (readOnly: boolean): Endpoint => endpoint({controller, history, version, limits, readOnly});
	const control = serve(false);
	const controlPath = join(runFolder, controlSocketName);
	// This one first: who has it is the daemon, and may then replace what is left of another's viewers' socket.
	const controlPlaced = await listenInPlace(control.server, {path: controlPath, group: null});
	if (!controlPlaced.ok) return controlPlaced;
	const view = serve(true);
	const viewPath = join(runFolder, viewSocketName);
	const opened = viewGroup === null ? ok(null) : await letThrough(runFolder, viewGroup);
	const viewPlaced = opened.ok ? await listenInPlace(view.server, {path: viewPath, group: viewGroup}) : opened;
	if (!viewPlaced.ok) {
		await shut(control, controlPlaced.value);
		return viewPlaced;
	}

	const unsubscribe = controller.subscribe(event => {
		control.deliver(event);
		view.deliver(event);
	});
	return ok({
		controlPath,
		viewPath,
		clients: () => control.connections.size + view.connections.size,
		async close() {
			unsubscribe();
			await Promise.all([shut(control, controlPlaced.value), shut(view, viewPlaced.value)]);
		},
	});
}

const nothingKept: HistoryPort = {moments: () => [], moment: () => null};

interface Endpoint {
	readonly server: Server;
	readonly connections: Set<Connection>;
	deliver(event: ControllerEvent): void;
}

interface EndpointOptions {
	readonly controller: ControllerPort;
	readonly history: HistoryPort;
	readonly version: string;
	readonly limits: ControlLimits;
	readonly readOnly: boolean;
}

function endpoint({controller, history, version, limits, readOnly}: EndpointOptions): Endpoint {
	const connections = new Set<Connection>();
	const hello = encode({type: 'hello', protocol: protocolVersion, version, pid: process.pid, readOnly});
	// Half-open, so that `socat` and the like may close their side and still get their answers.
	const server = createServer({allowHalfOpen: true}, socket => {
		socket.write(hello);
		const connection = serveConnection({socket, controller, history, readOnly, limits, onGone: () => connections.delete(connection)});
		if (connections.size >= limits.clients) [...connections].find(other => other.idle())?.dismiss(tooManyClients(limits.clients));
		connections.add(connection);
		if (connections.size > limits.clients) connection.dismiss(tooManyClients(limits.clients));
	});
	// Leaves room for those on their way out, and none for a flood of connections.
	server.maxConnections = limits.clients * 2;
	return {
		server,
		connections,
		deliver(event) {
			const broadcast = broadcastOf(event);
			for (const connection of connections) connection.deliver(broadcast);
		},
	};
}

async function shut({connections}: Endpoint, placed: Placed): Promise<void> {
	const closed = placed.close();
	for (const connection of connections) connection.dismiss(null);
	await closed;
}
