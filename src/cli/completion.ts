/** `vks completion`: prints what a shell reads, and, for it, the names of the servers. */
import {ok} from '../result.ts';
import {completionFor, serversWord, shells} from './completion-script.ts';
import {newest, withDaemon} from './daemon.ts';
import {exitCodes, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, wrongUsage} from './output.ts';

export async function run(args: Args, io: Io): Promise<ExitCode> {
	const [wanted] = args.positionals;
	if (wanted === serversWord) return printServers(args, io);
	const shell = shells.find(each => each === wanted);
	if (shell === undefined) return wrongUsage(`there is no completion for "${wanted ?? ''}": choose ${shells.join(', ')}`, io, 'completion');
	// Not through `output`, which would take the tabs for something that paints the screen.
	io.stdout.write(completionFor(shell));
	return exitCodes.fine;
}

function printServers(args: Args, io: Io): Promise<ExitCode> {
	return withDaemon(args, io, 'read', async daemon => {
		const update = await newest(daemon, 'snapshot');
		if (!update.ok) return update;
		for (const {id} of update.value.snapshot.servers) outputFor(args, io).line(id);
		return ok(exitCodes.fine);
	});
}
