/** The program that carries the socket. Pure: an argv, never a line for a shell of ours. */
import type {Container, Host, Way} from './target.ts';

type Far = Extract<Way, {kind: 'far'}>;

/**
 * BatchMode: a question for a password or a host's key would be drawn over the console, so ssh fails instead and says why.
 * Agent, X11 and forwards of ssh_config stay here: the box gets nothing of ours, and nothing listens. ServerAlive notices a
 * box that went without a word. A RemoteCommand of ssh_config would be refused beside ours (ssh_config(5)).
 */
const sshOptions: readonly string[] = [
	'-T', '-a', '-x',
	...['BatchMode=yes', 'ConnectTimeout=10', 'ServerAliveInterval=5', 'ServerAliveCountMax=2', 'ClearAllForwardings=yes', 'RemoteCommand=none'].flatMap(option => ['-o', option]),
];

export function commandFor({host, container}: Far, {view}: {readonly view: boolean}): readonly string[] {
	const there = [...(container === null ? [] : inside(container)), 'vks', 'connect-stdio', '--json', ...(view ? ['--view'] : [])];
	// ssh joins these with blanks for the shell there: each of them is a plain word, which target.ts sees to.
	return host === null ? there : [...through(host), ...there];
}

const inside = ({engine, name}: Container): readonly string[] => [engine, 'exec', '-i', name];

function through({user, name, port}: Host): readonly string[] {
	return ['ssh', ...sshOptions, ...(port === null ? [] : ['-p', String(port)]), ...(user === null ? [] : ['-l', user]), '--', name];
}
