/**
 * What crosses the control socket, newline-delimited JSON, one object a line. The daemon validates all it receives with
 * these schemas; clients use the types. Times are Unix milliseconds; ages are for the client to compute.
 */
import {z} from 'zod';
import {checkedSchema, checkedViewSchema} from './checklist-schema.ts';
import {drillSchema, type drillProbeSchema} from './drill-schema.ts';
import {dropRecordSchema} from './drop-schema.ts';
import {egressSchema} from './egress-schema.ts';
import {allowSchema, exceptionSchema} from './exception-schema.ts';
import {factsSchema} from './facts-schema.ts';
import {healingSchema, reconnectsSchema, tunnelHealth} from './health-schema.ts';
import {forwardedPortSchema} from './port-schema.ts';
import {previewSchema, previewWishSchema} from './preview-schema.ts';
import {catalogueSchema} from './catalogue-schema.ts';
import {noRotation, rotationSchema} from './rotation-schema.ts';
import {favouriteSchema, measureSchema, serverSchema} from './server-schema.ts';
import {keptMomentSchema, momentQuerySchema, momentSchema} from './history-schema.ts';

export {exceptionTextSchema, type ExceptionText} from './exception-schema.ts';
export type {Preview, PreviewWish} from './preview-schema.ts';

export {drillSchema, dropRecordSchema, exceptionSchema, serverSchema};
export {lastTrySchema, latencySchema, type LastTry, type Latency} from './server-schema.ts';
export type {Facts, FactsSection} from './facts-schema.ts';
export type {KeptMoment, MomentKind, MomentQuery, MomentView} from './history-schema.ts';

/** Raised when a message changes incompatibly; a client that meets another number says so and stops. */
export const protocolVersion = 1;

const count = z.number().int().nonnegative();
const atMs = z.number().nonnegative();

export const problemSchema = z.object({
	code: z.string(),
	severity: z.enum(['error', 'warning']),
	what: z.string(),
	stillBlocking: z.union([z.boolean(), z.literal('unknown')]),
	next: z.string(),
});

export const stateKindSchema = z.enum([
	'blocked', 'bootstrapping', 'connecting', 'verifying', 'connected', 'degraded', 'switching', 'lockdown',
]);

export const blockedCauseSchema = z.enum([
	'no-uplink', 'no-gateway', 'no-endpoint-route', 'no-handshake', 'no-tunnel', 'sysctl', 'not-owner', 'ipv6-unenforced', 'configuration', 'credentials', 'no-server', 'tunnel-failed', 'starting', 'stopped',
]);

export const stateSchema = z.object({
	kind: stateKindSchema,
	sinceMs: atMs,
	/** The server the state is about: connected to, connecting to, switching to. */
	server: z.string().nullable(),
	/** Where a switch comes from. */
	from: z.string().nullable(),
	/** The server that applications use now; null where they wait. Absent where an older daemon does not say. */
	carries: z.string().nullable().optional(),
	cause: blockedCauseSchema.nullable(),
	/** One sentence for a person: why blocked, who locked down and why, which attempt, when the next one comes. */
	detail: z.string(),
	attempt: count,
	nextAttemptAtMs: atMs.nullable(),
});

export const proofSchema = z.object({
	kind: z.enum(['proven', 'drifted', 'failed-to-block', 'unknown']),
	/** When the last read-back was finished; null before the first. */
	checkedAtMs: atMs.nullable(),
	rulesetHash: z.string().nullable(),
	/** What differs or is not known; empty when proven. */
	detail: z.array(z.string()),
	/** What the read-back covered: ruleset, ownership, routing, backstop, af-xdp, hooks (what others hooked in), sysctl. */
	covers: z.array(z.enum(['ruleset', 'ownership', 'routing', 'backstop', 'af-xdp', 'hooks', 'sysctl'])),
	generation: count,
});

export const layerSchema = z.object({
	name: z.enum(['firewall', 'routing', 'reverse-path', 'egress', 'af-xdp', 'ipv6', 'dns']),
	state: z.enum(['held', 'missing', 'unsupported', 'foreign']),
	detail: z.string(),
	/** How often it was put right since the daemon's start. */
	repairs: count,
});

export const exitSchema = z.object({address: z.string(), city: z.string().nullable(), country: z.string().nullable(), checkedAtMs: atMs});

export const tunnelSchema = z.object({
	driver: z.enum(['wireguard', 'openvpn', 'gluetun', 'external']),
	implementation: z.string(),
	interface: z.string(),
	server: z.string(),
	endpoint: z.string(),
	addresses: z.array(z.string()),
	resolvers: z.array(z.string()),
	mtu: count,
	keepaliveSeconds: count.nullable(),
	exit: exitSchema.nullable(),
	/** The service that was asked for it last and gave no answer. */
	exitUnanswered: z.object({host: z.string(), atMs}).nullable().optional(),
	handshakeAtMs: atMs.nullable(),
	rxBytes: count,
	txBytes: count,
	rxBytesPerSecond: count,
	txBytesPerSecond: count,
	/** One value a second, oldest first, at most 120. */
	rxHistory: z.array(count),
	txHistory: z.array(count),
	/** Rises with every tunnel that came up. So many tracked connections from before it were forgotten; null where that is not known. */
	epoch: count,
	forgotten: count.nullable().optional(),
	connectedAtMs: atMs.nullable(),
	...tunnelHealth,
});

export const ruleSchema = z.object({
	id: z.string(),
	table: z.enum(['inet', 'netdev']),
	chain: z.string(),
	verdict: z.string(),
	/** The rule as nft text. */
	text: z.string(),
	reason: z.string(),
	setting: z.string(),
	packets: count,
	bytes: count,
	packetsPerSecond: count,
	lastHitMs: atMs.nullable(),
});

export const snapshotSchema = z.object({
	/** Rises by one with every snapshot of one daemon. */
	seq: count,
	atMs,
	/** `home`: what it runs in, then what is smaller there. */
	daemon: z.object({version: z.string(), pid: count, startedAtMs: atMs, home: z.array(z.string()).optional()}),
	state: stateSchema,
	proof: proofSchema,
	layers: z.array(layerSchema),
	tunnel: tunnelSchema.nullable(),
	uplink: z.object({name: z.string(), addresses: z.array(z.string()), gateway: z.string().nullable(), up: z.boolean()}).nullable(),
	rules: z.array(ruleSchema),
	/** `total` and `perSecond` are exact; of each rule at most 500 packets a second are recorded. */
	drops: z.object({total: count, perSecond: count, lostRecords: count, recordedPerSecond: count}),
	servers: z.array(serverSchema),
	problems: z.array(problemSchema),
	/** Non-empty when NETWORK holds ranges a refusal was overridden for: red on every screen. */
	unsafeNetwork: z.array(z.string()),
	tamper: z.object({count, last: z.string().nullable(), lastAtMs: atMs.nullable()}),
	reconnects: reconnectsSchema,
	healing: healingSchema,
	exceptions: z.array(exceptionSchema),
	rotation: rotationSchema.default(noRotation),
	forwardedPort: forwardedPortSchema.default({kind: 'off'}),
	/** Null where servers are files alone. */
	catalogue: catalogueSchema.nullable().default(null),
	/** A start that nobody has confirmed: everything is taken back at its end. Absent and null: there is nothing to confirm. */
	unconfirmed: z.object({sinceMs: atMs, endsAtMs: atMs}).nullable().optional(),
	/** The last leak test; null when there was none. */
	lastDrill: drillSchema.nullable(),
	checklist: z.array(checkedViewSchema).optional(),
	/** Absent: no name is governed. */
	egress: egressSchema.optional(),
});

export const journalEntrySchema = z.object({
	seq: count,
	atMs,
	kind: z.enum(['daemon', 'state', 'policy', 'tamper', 'network', 'tunnel', 'command', 'problem', 'drill']),
	level: z.enum(['info', 'warn', 'error']),
	text: z.string(),
	/** Of a policy that came into force: what is new and what is gone, bounded; the oldest entries lose theirs. */
	diff: z.array(z.string()).optional(),
});

export const commandSchema = z.discriminatedUnion('do', [
	z.strictObject({do: z.literal('reconnect')}),
	z.strictObject({do: z.literal('switch'), server: z.string().min(1).max(200)}),
	/** A switch to the server whose turn it is. */
	z.strictObject({do: z.literal('next')}),
	z.strictObject({do: z.literal('lockdown'), reason: z.string().max(500)}),
	/** `word` must be `lift`: the second gesture for the less safe direction. */
	z.strictObject({do: z.literal('lift'), word: z.literal('lift')}),
	z.strictObject({do: z.literal('drill')}),
	/** Takes the tunnel down on purpose. */
	z.strictObject({do: z.literal('drill-full'), word: z.literal('drill')}),
	allowSchema,
	z.strictObject({do: z.literal('revoke'), id: z.number().int().positive()}),
	/** What an unconfirmed start changed stays. */
	z.strictObject({do: z.literal('confirm')}),
	favouriteSchema,
	checkedSchema,
	measureSchema,
	/** Forgets what is older of drops, journal, moments and servers; null is everything. */
	z.strictObject({do: z.literal('purge'), olderThanSeconds: z.number().int().min(0).max(315_360_000).nullable()}),
]);

export const outcomeSchema = z.object({
	ok: z.boolean(),
	message: z.string(),
	durationMs: z.number().nonnegative(),
	problem: problemSchema.nullable(),
	/** Whether a tunnel carried applications at that moment. Absent: not said. */
	carries: z.boolean().optional(),
	/** What a `drill` found. */
	drill: drillSchema.optional(),
});

/** The packet `explain` is asked about. */
export const explainQuerySchema = z.strictObject({
	/** `other` is what no rule names, such as ESP or SCTP. */
	protocol: z.enum(['tcp', 'udp', 'icmp', 'icmpv6', 'other']),
	destination: z.string().max(64),
	port: z.number().int().min(1).max(65_535).nullable(),
	uid: z.number().int().nonnegative().nullable(),
	/** `in` is through us too, where the destination is another host. Absent: `out`. */
	direction: z.enum(['out', 'in']).optional(),
	/** Absent: the kernel's choice on the way out. On the way in there must be one. */
	source: z.string().max(64).optional(),
	sourcePort: z.number().int().min(1).max(65_535).optional(),
	/** The interface a socket is bound to, a raw frame is put on, or a packet arrives at (absent: the uplink). */
	via: z.string().max(15).optional(),
	mark: z.number().int().min(0).max(0xffff_ffff).optional(),
	/** A frame of a packet socket, which meets nothing but the egress backstop. */
	raw: z.boolean().optional(),
	/** Of a connection that was let begin, by whichever side may. */
	established: z.boolean().optional(),
	/** Of ICMP; absent: an echo request. */
	icmpType: z.number().int().min(0).max(255).optional(),
});

export const explanationSchema = z.object({
	verdict: z.enum(['accept', 'reject', 'drop', 'unreachable']),
	/** The rule that decided; `routing`, `kernel`, `no-backstop` or `chain-default` where none did, `none` when the question has no answer. */
	ruleId: z.string(),
	reason: z.string(),
	setting: z.string(),
	/** The interface the packet leaves or arrives by; null when no route has one. */
	via: z.string().nullable(),
	/** The smallest change that would let it pass, tried out; what there is to say where nothing sensible would; null when it passes. */
	wouldOpen: z.string().nullable(),
	/** What was looked at, in order: routing decisions, and rules up to the one that decided. */
	path: z.array(z.string()),
});

const requestId = z.number().int().nonnegative();
export const topicSchema = z.enum(['snapshot', 'drops', 'journal']);

/** Client to daemon. */
export const requestSchema = z.discriminatedUnion('type', [
	/** Sends the newest value of each topic at once (recent batches for drops and journal), then every change. */
	z.strictObject({type: z.literal('subscribe'), id: requestId, topics: z.array(topicSchema).min(1).max(3)}),
	z.strictObject({type: z.literal('command'), id: requestId, command: commandSchema}),
	z.strictObject({type: z.literal('explain'), id: requestId, query: explainQuerySchema}),
	z.strictObject({type: z.literal('preview'), id: requestId, wish: previewWishSchema}),
	z.strictObject({type: z.literal('moments'), id: requestId}),
	/** What the kernel says of this moment; not for those who only look on. */
	z.strictObject({type: z.literal('facts'), id: requestId}),
	z.strictObject({type: z.literal('moment'), id: requestId, query: momentQuerySchema}),
]);

/** Daemon to client. `id` answers the request of that id; null where a line could not be read far enough to know it. */
export const replySchema = z.discriminatedUnion('type', [
	z.object({type: z.literal('hello'), protocol: z.number(), version: z.string(), pid: count, readOnly: z.boolean()}),
	z.object({type: z.literal('snapshot'), snapshot: snapshotSchema}),
	z.object({type: z.literal('drops'), records: z.array(dropRecordSchema), lost: count}),
	z.object({type: z.literal('journal'), entries: z.array(journalEntrySchema)}),
	z.object({type: z.literal('subscribed'), id: requestId}),
	z.object({type: z.literal('outcome'), id: requestId, outcome: outcomeSchema}),
	z.object({type: z.literal('explanation'), id: requestId, explanation: explanationSchema}),
	z.object({type: z.literal('preview'), id: requestId, preview: previewSchema}),
	z.object({type: z.literal('moments'), id: requestId, moments: z.array(momentSchema)}),
	z.object({type: z.literal('moment'), id: requestId, kept: keptMomentSchema.nullable()}),
	z.object({type: z.literal('facts'), id: requestId, facts: factsSchema}),
	z.object({type: z.literal('refused'), id: requestId.nullable(), problem: problemSchema}),
]);

export type Snapshot = z.infer<typeof snapshotSchema>;
export type StateView = z.infer<typeof stateSchema>;
export type StateKind = z.infer<typeof stateKindSchema>;
export type BlockedCause = z.infer<typeof blockedCauseSchema>;
export type ProofView = z.infer<typeof proofSchema>;
export type LayerView = z.infer<typeof layerSchema>;
export type TunnelView = z.infer<typeof tunnelSchema>;
export type RuleView = z.infer<typeof ruleSchema>;
export type ExceptionView = z.infer<typeof exceptionSchema>;
export type ServerView = z.infer<typeof serverSchema>;
export type DrillView = z.infer<typeof drillSchema>;
export type DrillProbeView = z.infer<typeof drillProbeSchema>;
export type {DropOwner, DropView} from './drop-schema.ts';
export type {EgressView, Named} from './egress-schema.ts';
export type JournalEntry = z.infer<typeof journalEntrySchema>;
export type Command = z.infer<typeof commandSchema>;
export type Outcome = z.infer<typeof outcomeSchema>;
export type ExplainQuery = z.infer<typeof explainQuerySchema>;
export type Explanation = z.infer<typeof explanationSchema>;
export type Request = z.infer<typeof requestSchema>;
export type Reply = z.infer<typeof replySchema>;
export type Topic = z.infer<typeof topicSchema>;
