/** Talks with one running OpenVPN: keeps what it said, gives the answers it needs, and waits for what is to come. */
import type {OpenvpnProcess} from '../../kernel/kernel.ts';
import {quoteWord} from './lines.ts';
import {parseSaid} from './management.ts';
import {ended, freshSession, hear, released, type Answer, type Session, type SessionRules} from './session.ts';

/** What a server wants to know. Never logged, stored or sent anywhere but to OpenVPN's own socket. */
export interface Secrets {
	readonly user: string | null;
	readonly password: string | null;
	readonly passphrase: string | null;
}

export interface ConversationParts {
	readonly process: OpenvpnProcess;
	readonly rules: SessionRules;
	readonly secrets: () => Secrets;
	readonly now: () => number;
	readonly after: (ms: number, callback: () => void) => () => void;
}

export interface Conversation {
	session(): Session;
	/** Lets it dial. */
	release(): void;
	/** Resolves when the session is so, or failed, or the time is over, or the signal aborts. */
	until(good: (session: Session) => boolean, options: {readonly withinMs: number; readonly signal: AbortSignal}): Promise<void>;
	/** Called once when it fails, also when it has failed already. */
	onFailure(listener: () => void): void;
}

export function converse({process, rules, secrets, now, after}: ConversationParts): Conversation {
	let session = freshSession;
	const watchers = new Set<() => void>();
	const become = (next: Session): void => {
		session = next;
		for (const watcher of [...watchers]) watcher();
	};
	const answer = (wanted: Answer): void => {
		for (const line of linesFor(wanted, rules, secrets())) process.say(line);
	};
	process.listen(line => {
		const step = hear(session, parseSaid(line), rules, now());
		step.answers.forEach(answer);
		if (step.session !== session) become(step.session);
	});
	process.onExit(() => {
		become(ended(session, 'exit'));
	});
	return {
		session: () => session,
		release() {
			// Before the dial begins, so that nothing of it is missed.
			['state on', 'log on', 'bytecount 1'].forEach(process.say);
			become(released(session));
			process.say('hold release');
		},
		until: (good, {withinMs, signal}) => {
			const {promise, resolve} = Promise.withResolvers<void>();
			const check = (): void => {
				if (!good(session) && session.phase !== 'failed' && !signal.aborted) return;
				finish();
			};
			const finish = (): void => {
				cancel();
				watchers.delete(check);
				signal.removeEventListener('abort', check);
				resolve();
			};
			const cancel = after(withinMs, finish);
			watchers.add(check);
			signal.addEventListener('abort', check);
			check();
			return promise;
		},
		onFailure(listener) {
			const check = (): void => {
				if (session.phase === 'failed' && watchers.delete(check)) listener();
			};
			watchers.add(check);
			queueMicrotask(check);
		},
	};
}

function linesFor(answer: Answer, {endpoint}: SessionRules, {user, password, passphrase}: Secrets): readonly string[] {
	switch (answer.kind) {
		case 'remote':
			return [`remote MOD ${endpoint.address} ${endpoint.port}`];
		case 'user':
			return [`username ${quoteWord(answer.realm)} ${quoteWord(user ?? '')}`, `password ${quoteWord(answer.realm)} ${quoteWord(password ?? '')}`];
		case 'passphrase':
			return [`password ${quoteWord(answer.realm)} ${quoteWord(passphrase ?? '')}`];
	}
}
