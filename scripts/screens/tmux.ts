/** A session on a tmux server of our own, so that nobody's tmux is touched and no configuration of theirs changes the picture. */
import {spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import type {Opened, Screen, Size} from './screen.ts';

export function openTmux({argv, folder, size, environment}: Opened): Screen {
	const server = `vks-screens-${randomBytes(4).toString('hex')}`;
	const tmux = (...words: readonly string[]): string => {
		const {status, stdout, stderr} = spawnSync('tmux', ['-u', '-L', server, '-f', '/dev/null', ...words], {encoding: 'utf8'});
		if (status !== 0) throw new Error(`tmux ${words[0] ?? ''}: ${stderr.trim()}`);
		return stdout;
	};
	const inSize = ({columns, rows}: Size): readonly string[] => ['-x', String(columns), '-y', String(rows)];
	const variables = Object.entries(environment).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
	// The first session is only there to set the options before the program starts.
	tmux('new-session', '-d', '-s', 'keep', ...inSize(size), 'cat');
	tmux('set', '-g', 'status', 'off', ';', 'set', '-g', 'default-terminal', 'tmux-256color', ';', 'set', '-sg', 'escape-time', '0', ';', 'set', '-g', 'remain-on-exit', 'on');
	tmux('new-session', '-d', '-s', 'walk', '-c', folder, ...inSize(size), ...variables, '--', ...argv);
	return {
		text: () => tmux('capture-pane', '-p', '-t', 'walk').split('\n').map(line => line.trimEnd()).join('\n').replace(/\n+$/, ''),
		press: key => void tmux('send-keys', '-t', 'walk', '-H', ...[...Buffer.from(key)].map(byte => byte.toString(16).padStart(2, '0'))),
		resize: to => void tmux('resize-window', '-t', 'walk', ...inSize(to)),
		close: async () => void tmux('kill-server'),
	};
}
