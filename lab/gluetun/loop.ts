/**
 * Gluetun's VPN loop as its control server sees it (internal/loopstate/apply.go, internal/vpn/run.go): one order at a time,
 * each answered when the loop has followed it, and a crash from which only its own timer leads back.
 */
export type LoopStatus = 'starting' | 'running' | 'stopping' | 'stopped' | 'crashed' | 'completed';

/** What the loop starts and stops. */
export interface VpnRunner {
	/** Resolves once it was set up, which says nothing of whether it carries; rejects where that fails. */
	up(onExit: () => void): Promise<void>;
	down(): Promise<void>;
}

export interface VpnLoop {
	status(): LoopStatus;
	/** The status that was reached, or `already` and the one that stands in the way. */
	apply(wanted: 'running' | 'stopped'): Promise<string>;
	/** As `main` does: begins without anybody's order. */
	begin(): Promise<void>;
	end(): Promise<void>;
}

export interface LoopOptions {
	readonly runner: VpnRunner;
	/** 15 s in Gluetun (defaultBackoffTime), and twice as much after each failure. */
	readonly retryMs?: number;
	readonly log?: (line: string) => void;
}

export function vpnLoop({runner, retryMs = 15_000, log = () => undefined}: LoopOptions): VpnLoop {
	let status: LoopStatus = 'stopped';
	let backoffMs = retryMs;
	let retry: NodeJS.Timeout | undefined;
	let tail: Promise<unknown> = Promise.resolve();
	let over = false;

	const crash = (why: string): void => {
		if (over) return;
		log(`crashed: ${why}; retrying in ${backoffMs} ms`);
		status = 'crashed';
		retry = setTimeout(() => void start(), backoffMs);
		backoffMs *= 2;
	};
	const start = async (): Promise<void> => {
		status = 'starting';
		try {
			await runner.up(() => {
				if (status !== 'running') return;
				void runner.down().then(() => crash('the tunnel ended'));
			});
			backoffMs = retryMs;
			status = 'running';
			log('running');
		} catch (error) {
			await runner.down();
			crash(String(error));
		}
	};
	const follow = async (wanted: 'running' | 'stopped'): Promise<string> => {
		if (wanted === 'running') {
			if (status !== 'stopped' && status !== 'completed') return `already ${status}`;
			await start();
			return status;
		}
		if (status !== 'running') return `already ${status}`;
		status = 'stopping';
		await runner.down();
		status = 'stopped';
		log('stopped');
		return status;
	};
	return {
		status: () => status,
		apply(wanted) {
			const outcome = tail.then(() => follow(wanted));
			tail = outcome.catch(() => undefined);
			return outcome;
		},
		begin: start,
		async end() {
			over = true;
			clearTimeout(retry);
			await runner.down();
		},
	};
}
