/** What a person sees while they wait. Lines only, no cursor movement: the same on a terminal, in a log and in CI. */

const tickMs = 15_000;

export const seconds = from => `${((performance.now() - from) / 1000).toFixed(1)} s`;

/** On standard error when standard output belongs to another program's answer. */
export function createProgress({quiet = false} = {}) {
	const stream = quiet ? process.stderr : process.stdout;
	const line = text => void stream.write(`${text}\n`);
	return {
		line,
		/** For what is worth no words when all is well. */
		detail: text => (quiet ? undefined : line(text)),
		/** Says what is under way, that it still is, and how long it took. */
		async step(title, work) {
			const from = performance.now();
			line(`${title} …`);
			const timer = setInterval(() => line(`  … ${seconds(from)}`), tickMs);
			try {
				return await work();
			} finally {
				clearInterval(timer);
				line(`  ${seconds(from)}`);
			}
		},
	};
}

/** What went wrong, in words meant for the person: printed without a stack. */
export class SetupError extends Error {}
