/** An owner that vks knows nothing of but a command by which it connects anew. */
import type {Argv} from '../config/parse-command.ts';
import type {Kernel} from '../kernel/kernel.ts';
import {endWords} from '../kernel/program/end-words.ts';
import type {Problem} from '../problem.ts';
import {fail, ok} from '../result.ts';
import type {TunnelOwner} from './owner.ts';

export interface CommandOwnerOptions {
	/** Null where the operator named none. */
	readonly argv: Argv | null;
	readonly run: Kernel['runProgram'];
}

const withinMs = 60_000;
/** Nothing of the daemon's own environment, which may hold tokens, goes along. */
const environment = {PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'} as const;

export const commandOwner = ({argv, run}: CommandOwnerOptions): TunnelOwner => ({
	mayReconnect: async () => (argv === null ? noCommand : null),
	mayChoose: async () => null,
	async lead({anew, close}) {
		if (!anew || argv === null) return ok('left');
		const closed = await close();
		if (!closed.ok) return closed;
		// Not ended by whoever wants something else meanwhile: half of it may be a tunnel that is down for good.
		const wrong = endWords(await run({argv, environment, user: null, timeoutMs: withinMs}, new AbortController().signal), withinMs);
		return wrong === null ? ok('ordered') : fail(failed(argv, wrong));
	},
	whyNone: async () => null,
});

const noCommand: Problem = {
	code: 'no-tunnel', severity: 'error', stillBlocking: true,
	what: 'The tunnel is somebody else\'s (VKS_ATTACH=external), and vks was not told how it is connected anew.',
	next: 'Set VKS_RECONNECT_COMMAND to what does that, such as /usr/local/bin/tunnel-again; or have its owner do it: vks follows the device by itself.',
};
const failed = ([program]: Argv, wrong: string): Problem => ({
	code: 'tunnel-failed', severity: 'error', stillBlocking: true,
	what: `The command that connects the tunnel anew (${program}, VKS_RECONNECT_COMMAND) ${wrong}.`,
	next: 'Run it by hand in this network namespace to see what it says; the tunnel is taken again as it stands.',
});
