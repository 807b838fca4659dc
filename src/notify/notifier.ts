/** Tells somebody elsewhere of changes. It follows the controller as any client does; what fails is tried again, and said once. */
import type {NotifyWish} from '../config/config.ts';
import {isNear, type Opened} from '../config/opened.ts';
import type {JournalEntry, Snapshot} from '../control/schema.ts';
import type {ControllerPort} from '../controller/port.ts';
import {familyOf, parseIp, type Family, type IpAddress} from '../net/address.ts';
import {fail, ok, type Result} from '../result.ts';
import {fightIn, look, nothingSeen} from './change.ts';
import {letterFor, type Letter} from './letter.ts';
import {emptyOutbox, put, sent, settle, type Message} from './outbox.ts';
import type {Post, Unsent} from './post.ts';
import {isOpen, wayTo, type Way} from './way.ts';

export interface NotifierDeps {
	readonly controller: Pick<ControllerPort, 'snapshot' | 'subscribe'>;
	readonly wish: NotifyWish;
	readonly config: Opened;
	/** A function, so that nothing prints it by accident. */
	readonly token: () => string | null;
	readonly clock: {now(): number; monotonic(): number; every(ms: number, callback: () => void): () => void};
	readonly write: (kind: JournalEntry['kind'], level: JournalEntry['level'], text: string) => void;
	/** With these resolvers and never the system's. */
	readonly resolve: (host: string, resolvers: readonly IpAddress[], from: IpAddress) => Promise<IpAddress | null>;
	readonly post: (message: Post) => Promise<Result<void, Unsent>>;
}

export interface Notifier {
	close(): void;
}

const firstPauseMs = 15_000;
const longestPauseMs = 600_000;

export function startNotifier({controller, wish, config, token, clock, write, resolve, post}: NotifierDeps): Notifier {
	const url = new URL(wish.url);
	const way = wayTo(url, config);
	const ending = new AbortController();
	let [picture, outbox] = [nothingSeen, emptyOutbox];
	let [failures, notBeforeMs] = [0, 0];
	let [sending, refusing] = [false, false];

	const notice = (snapshot: Snapshot): void => {
		const seen = look(picture, snapshot);
		picture = seen.picture;
		outbox = put(outbox, seen.changes, clock.monotonic());
	};

	const place = `${url.protocol}//${url.host}`;
	const failed = (why: string): void => {
		failures += 1;
		notBeforeMs = clock.monotonic() + Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));
		if (failures === 1) write('daemon', 'warn', `A notification could not be sent to ${place}: ${why}. It is tried again; what it says is kept.`);
	};
	const delivered = (): void => {
		if (failures > 0) write('daemon', 'info', `Notifications go to ${place} again.`);
		[failures, refusing] = [0, false];
		outbox = sent(outbox);
	};
	/** Those behind it are not to wait for ever for what is never taken. */
	const refused = (why: string): void => {
		if (!refusing) write('daemon', 'warn', `A notification was refused by ${place}: ${why}. It is left out; later ones are sent.`);
		[failures, refusing] = [0, true];
		outbox = sent(outbox);
	};

	const send = async (message: Message, snapshot: Snapshot): Promise<void> => {
		const target = await placeOf(way, snapshot, {resolve, config});
		const result = target.ok ? await post({url, ...target.value, ...withToken(letterFor(message, wish.format, clock.now()), token()), signal: ending.signal}) : target;
		if (ending.signal.aborted) return;
		if (result.ok) delivered();
		else if (result.error.refused) refused(result.error.why);
		else failed(result.error.why);
	};

	const tick = (): void => {
		// What is on its way stays the first: a full outbox would join another to it.
		if (sending) return;
		outbox = settle(outbox, clock.monotonic());
		const [message] = outbox.ready;
		if (message === undefined || clock.monotonic() < notBeforeMs) return;
		const snapshot = controller.snapshot();
		if (!isOpen(way, snapshot)) return;
		sending = true;
		void send(message, snapshot).finally(() => {
			sending = false;
		});
	};

	notice(controller.snapshot());
	const unsubscribe = controller.subscribe(event => {
		if (event.type === 'snapshot') notice(event.snapshot);
		else if (event.type === 'journal') outbox = put(outbox, event.entries.flatMap(fightIn), clock.monotonic());
	});
	const stopTicking = clock.every(1000, tick);
	return {
		close() {
			ending.abort();
			stopTicking();
			unsubscribe();
		},
	};
}

type Place = Pick<Post, 'address' | 'from'>;

async function placeOf(way: Way, {tunnel}: Snapshot, {resolve, config}: Pick<NotifierDeps, 'resolve' | 'config'>): Promise<Result<Place, Unsent>> {
	if (way.kind === 'closed') return unsent('nothing opens that address');
	if (way.kind !== 'tunnel') return ok({address: way.address, from: undefined});
	const own = (tunnel?.addresses ?? []).flatMap(text => parseIp(text.split('/')[0] ?? '') ?? []);
	const ofFamily = (family: Family): IpAddress | undefined => own.find(each => familyOf(each) === family);
	const literal = parseIp(way.host);
	// Names are asked for their IPv4 addresses.
	const from = ofFamily(literal === null ? 4 : familyOf(literal));
	if (from === undefined) return unsent(`the tunnel has no IPv${literal === null ? 4 : familyOf(literal)} address to send it from`);
	if (literal !== null) return ok({address: literal, from});
	const address = await resolve(way.host, (tunnel?.resolvers ?? []).flatMap(text => parseIp(text) ?? []), from);
	if (address === null) return unsent('the tunnel\'s resolver does not know the name');
	// Whoever answers there has no say over what is asked here (DNS rebinding).
	if (isNear(config, address) || own.includes(address)) return unsent('the tunnel\'s resolver gave an address of this machine, or of a network around it');
	return familyOf(address) === familyOf(from) ? ok({address, from}) : unsent('the tunnel\'s resolver gave an address of the other family');
}

const unsent = (why: string): Result<never, Unsent> => fail({why, refused: false});

const withToken = ({headers, body}: Letter, token: string | null): Letter => ({headers: token === null ? headers : {...headers, authorization: `Bearer ${token}`}, body});
