/** The `vks-tui` program: checks the runtime and the terminal, decides on colour, and starts connecting before the screen's code is loaded. */
import {tooOld} from './node-version.ts';

const help = `Usage: vks-tui [options]

The operator's console of vks: state and proof, tunnel, ruleset, drops, servers, journal.
It is a client of the daemon (vks run); leaving it changes nothing.

Options:
  --socket PATH   the daemon's socket (default: $VKS_RUN_FOLDER/control.sock, or /run/vks/control.sock)
  --read-only     look only: no command leaves this console
  --theme NAME    auto, mono or high-contrast (default: $VKS_THEME, or auto)
  --ascii         no symbols or lines outside ASCII
  --no-color      no colour (as NO_COLOR does)
  --version, -V   print the version
  --help, -h      print this

Examples:
  vks-tui
  docker exec -it vpn vks-tui --read-only
  vks-tui --socket /run/vks/view.sock

Exit: 0 left, 1 failed, 2 wrong usage or no terminal, 128+n ended by signal n.
`;

const needsTerminal = 'needs a terminal: use `docker exec -it …`, or `vks status --json`';

function refuse(text: string): void {
	process.stderr.write(`vks-tui: ${text}\n`);
	process.exitCode = 2;
}

async function main(): Promise<void> {
	const old = tooOld('vks-tui');
	if (old !== null) {
		process.stderr.write(old);
		process.exitCode = 2;
		return;
	}
	const {parseArguments} = await import('../console/arguments.ts');
	const parsed = parseArguments(process.argv.slice(2), process.env);
	if (parsed.kind === 'help') return void process.stdout.write(help);
	if (parsed.kind === 'version') {
		const {version} = await import('../version.ts');
		return void process.stdout.write(`${version}\n`);
	}
	if (parsed.kind === 'wrong') return refuse(parsed.why);
	if (!process.stdin.isTTY || !process.stdout.isTTY || process.env['TERM'] === 'dumb') return refuse(needsTerminal);
	// Ink and its colours read these when they are loaded, so they are set before that. A terminal makes it interactive, CI or not.
	Object.assign(process.env, {NODE_ENV: 'production'}, parsed.options.color ? {} : {FORCE_COLOR: '0'});
	const {connectFeed} = await import('../console/connection.ts');
	const feed = connectFeed(parsed.options.socketPath);
	const {runConsole} = await import('../console/main.tsx');
	await runConsole({feed, ...parsed.options});
}

main().catch((error: unknown) => {
	process.stderr.write(`vks-tui: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}\n`);
	process.exit(1);
});
