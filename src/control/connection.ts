/** One client of the control socket. Whatever it sends, or does not read, it disturbs nobody else and nothing throws. */
import type {Socket} from 'node:net';
import type {ControllerPort, HistoryPort} from '../controller/port.ts';
import type {Problem} from '../problem.ts';
import {broadcastsOf, encode, type Broadcast} from './broadcast.ts';
import type {ControlLimits} from './limits.ts';
import {lineSplitter} from './lines.ts';
import {outbox} from './outbox.ts';
import {badRequest, internalProblem, readOnlySocket, tooManyCommands} from './problems.ts';
import {parseRequest} from './request.ts';
import type {Command, Reply, Request, Topic} from './schema.ts';

export interface ConnectionOptions {
	readonly socket: Socket;
	readonly controller: ControllerPort;
	readonly history: HistoryPort;
	readonly readOnly: boolean;
	readonly limits: ControlLimits;
	/** Called when the client left or was sent away; perhaps twice. */
	readonly onGone: () => void;
}

export interface Connection {
	deliver(broadcast: Broadcast): void;
	/** Neither follows anything nor waits for an answer: the first to go when there is no room. */
	idle(): boolean;
	/** Says why, and closes once the client has read it. */
	dismiss(problem: Problem | null): void;
}

export function serveConnection({socket, controller, history, readOnly, limits, onGone}: ConnectionOptions): Connection {
	const out = outbox(socket, limits);
	const splitter = lineSplitter(limits.lineBytes);
	const topics = new Set<Topic>();
	const queue: string[] = [];
	let overflowed = false;
	let badLines = 0;
	let commands = 0;
	let ended = false;
	let dismissed = false;
	let scheduled = false;

	const reply = (message: Reply): void => {
		if (!dismissed) out.send(encode(message));
	};
	const refuse = (id: number | null, problem: Problem): void => reply({type: 'refused', id, problem});

	const dismiss = (problem: Problem | null): void => {
		if (dismissed) return;
		if (problem !== null) refuse(null, problem);
		dismissed = true;
		onGone();
		queue.length = 0;
		topics.clear();
		// Reading on and discarding lets a client that is still writing come to read the reason.
		socket.resume();
		socket.end();
		setTimeout(() => socket.destroy(), limits.lingerMs).unref();
	};

	/** What takes its time, and is not for those who only look on. */
	const later = async (id: number, limit: number, answer: () => Promise<Reply>): Promise<void> => {
		if (readOnly) return refuse(id, readOnlySocket());
		if (commands >= limit) return refuse(id, tooManyCommands(limit));
		commands += 1;
		try {
			reply(await answer());
		} catch (error) {
			refuse(id, internalProblem('The command failed', error));
		}
		commands -= 1;
		if (ended && commands === 0) dismiss(null);
	};

	const run = (id: number, command: Command): Promise<void> =>
		later(id, command.do === 'lockdown' ? limits.commands * 2 : limits.commands, async () => ({type: 'outcome', id, outcome: await controller.submit(command)}));

	const handle = (request: Request): void => {
		switch (request.type) {
			case 'subscribe':
				reply({type: 'subscribed', id: request.id});
				for (const topic of request.topics) topics.add(topic);
				for (const broadcast of broadcastsOf(controller, request.topics)) deliver(broadcast);
				return;
			case 'command':
				// Not awaited: a lockdown must not wait behind the switch it is to overtake.
				void run(request.id, request.command);
				return;
			case 'facts':
				void later(request.id, limits.commands, async () => ({type: 'facts', id: request.id, facts: await controller.facts()}));
				return;
			case 'explain':
				reply({type: 'explanation', id: request.id, explanation: controller.explain(request.query)});
				return;
			case 'preview':
				reply({type: 'preview', id: request.id, preview: controller.preview(request.wish)});
				return;
			case 'moments':
				reply({type: 'moments', id: request.id, moments: [...history.moments()]});
				return;
			case 'moment':
				reply({type: 'moment', id: request.id, kept: history.moment(request.query)});
		}
	};

	const handleLine = (line: string): void => {
		const request = parseRequest(line);
		if (!request.ok) {
			badLines += 1;
			refuse(request.error.id, request.error.problem);
			if (badLines >= limits.badLines) dismiss(badRequest(`${badLines} lines could not be read; the connection is closed.`));
			return;
		}
		try {
			handle(request.value);
		} catch (error) {
			refuse(request.value.id, internalProblem('The request failed', error));
		}
	};

	/** Takes a few lines, then lets the other clients have their turn; stops while this one does not read. */
	const work = (): void => {
		scheduled = false;
		socket.cork();
		// A moment may be half a megabyte: who asks for many at once reads some before the rest is made.
		for (let turn = 0; turn < limits.linesPerTurn && queue.length > 0 && !dismissed && !out.full(); turn++) handleLine(queue.shift() ?? '');
		socket.uncork();
		if (dismissed) return;
		if (out.full()) socket.pause();
		else if (queue.length > 0) schedule();
		else if (overflowed) dismiss(badRequest(`A line is longer than ${limits.lineBytes} bytes; the connection is closed.`));
		else if (ended && commands === 0) dismiss(null);
		else socket.resume();
	};
	const schedule = (): void => {
		if (scheduled) return;
		scheduled = true;
		socket.pause();
		setImmediate(work);
	};

	const deliver = (broadcast: Broadcast): void => {
		if (dismissed || !topics.has(broadcast.topic)) return;
		try {
			if (broadcast.topic === 'snapshot') out.sendNewest(broadcast.line);
			else out.send(broadcast.line());
		} catch (error) {
			refuse(null, internalProblem(`The ${broadcast.topic} could not be sent`, error));
		}
	};

	socket.on('data', (chunk: Buffer) => {
		if (dismissed) return;
		const split = splitter.push(chunk);
		queue.push(...split.lines);
		overflowed = split.overflowed;
		if (queue.length > 0 || overflowed) work();
	});
	socket.on('drain', () => {
		out.drained();
		if (!dismissed) schedule();
	});
	socket.on('end', () => {
		ended = true;
		schedule();
	});
	// A client that vanished is an everyday event; `close` follows and the server forgets it.
	socket.on('error', () => socket.destroy());
	socket.on('close', () => {
		dismissed = true;
		onGone();
	});

	return {deliver, dismiss, idle: () => topics.size === 0 && (ended || commands === 0)};
}
