/** Grants, ends and lists exceptions. The policy follows from the model; the kernel ends each even when nobody is here to. */
import type {ExceptionText, RuleView, Snapshot} from '../control/schema.ts';
import {formatDuration, formatException} from './exception-text.ts';
import type {IpAddress} from '../net/address.ts';
import type {Exception} from '../policy/exception.ts';
import {remainingMs} from '../policy/lease.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import type {Clock} from './clock.ts';
import {collides, parseException, type ExceptionWish} from './exception-wish.ts';
import type {ExceptionsFile} from './exceptions-file.ts';
import type {Journal} from './journal.ts';
import type {Openings} from './openings.ts';

export interface ExceptionKeeperDeps {
	readonly clock: Clock;
	readonly openings: Openings;
	readonly file: ExceptionsFile;
	readonly journal: Journal;
	readonly note: (problem: Problem | null) => void;
	/** Makes the policy of the present model the kernel's. */
	readonly apply: () => Promise<Result<void, Problem>>;
	/** Addresses of the tunnel, which no exception may lead past it. */
	readonly reserved: () => readonly IpAddress[];
}

export interface ExceptionKeeper {
	/** Whether it would be granted as things are. */
	judge(text: ExceptionText): Result<ExceptionWish, Problem>;
	allow(text: ExceptionText): Promise<Result<Exception, Problem>>;
	revoke(id: number, by?: string): Promise<Result<Exception, Problem>>;
	/** Takes over what an earlier daemon granted and the kernel still holds. */
	resume(standing: ReadonlyMap<string, number>): void;
	/** Takes out of the model what the kernel has ended. */
	expire(): void;
	views(rules: readonly RuleView[], isOpen: boolean): Snapshot['exceptions'];
}

const mostAtOnce = 32;

export function exceptionKeeper({clock, openings, file, journal, note, apply, reserved}: ExceptionKeeperDeps): ExceptionKeeper {
	const say = (text: string, level: 'info' | 'warn' = 'info'): void => journal.write('policy', level, text);
	const save = (): void => {
		const saved = file.remember(openings.nextId(), openings.exceptions());
		note(saved.ok ? null : saved.error);
	};

	const judge: ExceptionKeeper['judge'] = text => {
		const wish = parseException(text);
		if (!wish.ok) return wish;
		const collision = collides(wish.value, reserved());
		if (collision !== null) return fail(collision);
		return openings.exceptions().length >= mostAtOnce ? fail(tooMany) : wish;
	};

	return {
		judge,
		async allow(text) {
			const wish = judge(text);
			if (!wish.ok) return wish;
			const exception = openings.grant(wish.value);
			// Before the policy: an exception that stands and that no later daemon knows would be ended by it, never forgotten open.
			save();
			const applied = await apply();
			if (!applied.ok) {
				openings.end(exception.id);
				save();
				void apply();
				return applied;
			}
			say(`Exception ${exception.id} granted by ${exception.by} for ${formatDuration(wish.value.forMs)}: ${formatException(exception)}. Reason: ${exception.reason}`, 'warn');
			return ok(exception);
		},
		async revoke(id, by = 'operator') {
			const ended = openings.end(id);
			if (ended === null) return fail(noSuchException(id));
			save();
			const applied = await apply();
			if (!applied.ok) return applied;
			say(`Exception ${id} revoked by ${by}: ${formatException(ended)}.`);
			return ok(ended);
		},
		resume(standing) {
			const saved = file.recall();
			if (!saved.ok) return note(saved.error);
			openings.reserve(saved.value.nextId);
			for (const {id, wish} of saved.value.exceptions) {
				const leftMs = Math.min(wish.forMs, standing.get(`lease-exception-${id}`) ?? 0);
				const what = formatException({...wish, id});
				if (leftMs > 0) {
					openings.resume(id, wish, leftMs);
					say(`Exception ${id} goes on for ${formatDuration(leftMs)}: ${what}.`);
				} else say(`Exception ${id} ended while vks was away: ${what}.`);
			}
		},
		expire() {
			const {exceptions, pinholes} = openings.expire();
			for (const exception of exceptions) say(`Exception ${exception.id} expired: ${formatException(exception)}.`);
			if (exceptions.length > 0) save();
			if (exceptions.length + pinholes.length > 0) void apply();
		},
		views(rules, isOpen) {
			return openings.exceptions().map(exception => {
				const {id, protocol, range, port, direction, uid, by, reason, lease} = exception;
				const leftMs = remainingMs(lease, clock.monotonic());
				const counted = rules.filter(rule => rule.id === `exception-${id}-${direction}`);
				return {
					id, protocol, range, port, direction, uid, by, reason,
					text: formatException(exception),
					open: isOpen && leftMs > 0,
					grantedForMs: lease.forMs,
					endsAtMs: Math.max(0, Math.round(clock.now() + leftMs)),
					packets: counted.reduce((sum, rule) => sum + rule.packets, 0),
				};
			});
		},
	};
}

const tooMany: Problem = {
	code: 'busy', severity: 'error', what: `There are ${mostAtOnce} exceptions already.`, stillBlocking: true, next: 'Revoke one (`vks exceptions`, `vks revoke ID`), or name a range in NETWORK.',
};
const noSuchException = (id: number): Problem => ({
	code: 'bad-request', severity: 'error', what: `There is no exception ${id}; it may have ended.`, stillBlocking: true, next: 'List them with `vks exceptions`.',
});
