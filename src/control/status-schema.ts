/**
 * What `vks status --json` prints. `version` rises when a field is removed or changes its meaning; new fields may come at
 * any time. Times are ISO 8601 in UTC; ages were true when the status was printed. Fields are documented where their name
 * does not say all.
 */
import {z} from 'zod';
import {keySchema} from './key-schema.ts';
import {egressSchema} from './egress-schema.ts';
import {healingSchema, voteSchema} from './health-schema.ts';
import {blockedCauseSchema, drillSchema, exceptionSchema, layerSchema, problemSchema, proofSchema, tunnelSchema} from './schema.ts';

const count = z.number().int().nonnegative();
const time = z.iso.datetime();
/** Seconds, with one decimal. */
const age = z.number().nonnegative();

export const statusSchema = z.strictObject({
	version: z.literal(1),
	/** When this was put together. */
	at: time,
	/** What the tunnel does. `connected` is verified: a handshake, and bytes received. */
	state: z.enum(['connected', 'connecting', 'degraded', 'switching', 'blocked', 'lockdown']),
	/** The server that applications use now, that of before while a switch is under way; null where they wait. */
	carries: z.string().nullable(),
	/** Why `blocked`; null in every other state. */
	cause: blockedCauseSchema.nullable(),
	/** One sentence for a person. */
	detail: z.string(),
	/** When the state began. */
	since: time,
	/** What was read back from the kernel. Anything but `proven` means that nobody can say the policy holds. */
	proof: z.strictObject({
		kind: proofSchema.shape.kind,
		/** Since the last read-back; null when there was none. Above 3 seconds `proven` and `drifted` become `unknown`. */
		ageSeconds: age.nullable(),
		rulesetHash: z.string().nullable(),
		/** What the read-back compared. */
		covers: proofSchema.shape.covers,
		/** What differs, or why it is not known; empty when proven. */
		detail: z.array(z.string()),
	}),
	layers: z.array(layerSchema.strict()),
	/** Null when there is none. */
	tunnel: z
		.strictObject({
			driver: tunnelSchema.shape.driver,
			interface: z.string(),
			server: z.string(),
			/** Address and port outside the tunnel. */
			endpoint: z.string(),
			/** As the world sees us; null until it was asked. */
			exit: z.strictObject({address: z.string(), city: z.string().nullable(), country: z.string().nullable()}).nullable(),
			/** Who was asked for it last, when, and gave no answer. */
			exitUnanswered: z.strictObject({host: z.string(), at: time}).nullable(),
			handshakeAgeSeconds: age.nullable(),
			rxBytes: count,
			txBytes: count,
			/** What speaks for the tunnel and against it; all of them together decide. `probe` asks VKS_HEALTH_TARGETS, `dns` the resolver. */
			votes: z.array(voteSchema.pick({source: true, verdict: true, value: true, detail: true}).strict()),
			/** Milliseconds to the tunnel's resolver and back; null where the last question was lost, or none was asked. */
			rttMs: z.number().nonnegative().nullable(),
			mtu: count,
			/** Null is off. */
			keepaliveSeconds: count.nullable(),
			/** When the server's file, and with it the key, was last changed; the key itself may be older. */
			keyFileChangedAt: time.nullable(),
			/** How old the key is at least, how that is known, and when a certificate ends; null where nothing is known. */
			key: z.strictObject({since: time, how: keySchema.shape.how, until: time.nullable()}).nullable(),
			/** Rises with every tunnel that came up. */
			epoch: count,
			/** Tracked connections of the time before this epoch that were forgotten when it began; null where that is not known. */
			forgotten: count.nullable(),
		})
		.nullable(),
	/** How often a tunnel took another's place, or its own, since the daemon started. */
	reconnects: z.strictObject({
		count,
		last: z.strictObject({at: time, from: z.string(), to: z.string(), reason: z.string(), tookSeconds: age}).nullable(),
	}),
	/** What is done about a tunnel that does not carry, who is wanted, and who stands in where that is another server. */
	healing: healingSchema,
	/** Packets refused since the daemon started, and in the last second. */
	drops: z.strictObject({total: count, perSecond: count}),
	/** What `VKS_EGRESS` holds, and what was refused for its name: counted since the daemon started, and the latest names. Null where none is governed. */
	egress: z.strictObject({...egressSchema.shape, names: z.array(egressSchema.shape.names.element.omit({lastAtMs: true}).extend({lastAt: time}).strict())}).nullable(),
	/** Permissions an operator added, until they end. */
	exceptions: z.array(z.strictObject({
		id: count,
		/** What it opens: protocol, address or range, port. */
		what: z.string(),
		direction: exceptionSchema.shape.direction,
		by: z.string(),
		reason: z.string(),
		/** False in lockdown, where its time runs on. */
		open: z.boolean(),
		endsAt: time,
		leftSeconds: age,
		packets: count,
	})),
	/** Which server `vks next` would switch to, and when vks goes there by itself (`VKS_ROTATE_EVERY`). */
	/** The provider's list; null where servers are files alone. */
	catalogue: z.strictObject({host: z.string(), readAt: time.nullable(), ageSeconds: count.nullable(), skipped: count}).nullable(),
	rotation: z.strictObject({everySeconds: count.nullable(), by: z.enum(['rank', 'random']), next: z.string().nullable(), nextAt: time.nullable(), waitsFor: z.string().nullable()}),
	/** The port that the provider forwards (`VKS_PORT_FORWARD`), for TCP and UDP. */
	forwardedPort: z.discriminatedUnion('kind', [
		z.strictObject({kind: z.literal('off')}),
		/** For a verified tunnel. */
		z.strictObject({kind: z.literal('waiting')}),
		z.strictObject({kind: z.literal('asking')}),
		/** `endsAt` moves on with each time it is asked for; `trouble` is why the last time came to nothing. */
		z.strictObject({kind: z.literal('open'), port: count, since: time, endsAt: time, trouble: z.string().nullable()}),
		z.strictObject({kind: z.literal('refused'), cause: z.string(), retryAt: time}),
	]),
	/** A start that nobody has confirmed yet (`vks confirm`): everything is taken back at its end. Null: there is nothing to confirm. */
	unconfirmed: z.strictObject({since: time, endsAt: time, leftSeconds: age}).nullable(),
	/** The last leak test; null when there was none. */
	lastDrill: drillSchema.nullable(),
	problems: z.array(problemSchema.strict()),
	/** Ranges that are open although they should not be, because a refusal was overridden. */
	unsafeNetwork: z.array(z.string()),
	/** `home`: what it runs in, then a sentence for each thing that is smaller there than on a host. */
	daemon: z.strictObject({version: z.string(), pid: count, startedAt: time, home: z.array(z.string())}),
});

export type Status = z.infer<typeof statusSchema>;
