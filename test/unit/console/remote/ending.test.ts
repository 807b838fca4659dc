/** What programs really write: OpenSSH 9.2, Docker 20.10 and 27, Podman 4.3, dash and bash. */
import {expect, test} from 'vitest';
import {endingProblem, type Ending} from '../../../../src/console/remote/ending.ts';
import {parseWay} from '../../../../src/console/remote/target.ts';

const problemOf = (text: string, ending: Partial<Ending>) => {
	const way = parseWay(text);
	if (!way.ok || way.value.kind === 'socket') throw new Error(text);
	return endingProblem(way.value, {code: 1, notStarted: null, said: '', ...ending});
};
const box = 'ssh://root@box/vpn';

test.each([
	[box, 255, 'root@box: Permission denied (publickey,password).\r\n', 'login-refused', 'box refused the login.', 'ssh root@box'],
	[box, 255, 'Received disconnect from 192.0.2.7 port 22:2: Too many authentication failures\r\n', 'login-refused', 'box refused the login.', 'ssh-add'],
	[box, 255, 'Host key verification failed.\r\n', 'login-refused', 'The key of box is not known here', 'ssh root@box'],
	[box, 255, '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\nHost key verification failed.\r\n', 'login-refused', 'The key of box is not the one that was known.', 'ssh-keygen -R box'],
	[box, 255, 'ssh: Could not resolve hostname box: Name or service not known\r\n', 'unreachable', 'There is no host box.', '.ssh/config'],
	[box, 255, 'ssh: connect to host box port 22: Connection refused\r\n', 'unreachable', 'box does not answer.', 'ssh root@box'],
	[box, 255, 'ssh: connect to host box port 22: Connection timed out\r\n', 'unreachable', 'box does not answer.', 'is up'],
	[box, 255, 'Timeout, server box not responding.\r\n', 'unreachable', 'The connection to box was lost.', 'is up'],
	[box, 255, 'client_loop: send disconnect: Broken pipe\r\n', 'unreachable', 'The connection to box was lost.', 'is up'],
	[box, 1, 'Error: No such container: vpn\n', 'unreachable', 'There is no container vpn on box.', '`docker ps -a` on box'],
	[box, 1, 'Error response from daemon: No such container: vpn\n', 'unreachable', 'There is no container vpn on box.', 'docker ps -a'],
	['podman:vpn', 125, 'Error: no container with name or ID "vpn" found: no such container\n', 'unreachable', 'There is no container vpn here.', '`podman ps -a` here'],
	[box, 1, 'Error response from daemon: Container 0b1c is not running\n', 'unreachable', 'The container vpn on box does not run.', 'docker logs vpn'],
	['podman:vpn', 255, 'Error: can only create exec sessions on running containers: container state improper\n', 'unreachable', 'The container vpn here does not run.', 'podman start vpn'],
	[box, 1, 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://…": dial unix /var/run/docker.sock: connect: permission denied\n', 'unreachable', 'This user may not ask docker on box.', 'root'],
	[box, 1, 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n', 'unreachable', 'docker on box does not answer.', 'systemctl status docker'],
	[box, 127, 'bash: line 1: docker: command not found\n', 'unreachable', 'There is no docker on box.', 'podman:vpn'],
	[box, 127, 'sh: 1: docker: not found\n', 'unreachable', 'There is no docker on box.', 'podman:vpn'],
	[box, 127, 'bash: Zeile 1: docker: Kommando nicht gefunden.\n', 'unreachable', 'There is no docker on box.', 'podman:vpn'],
	[box, 126, 'OCI runtime exec failed: exec failed: unable to start container process: exec: "vks": executable file not found in $PATH: unknown\n', 'unreachable', 'There is no vks in container vpn on box.', '`docker ps` lists'],
	['podman:vpn', 127, 'Error: crun: executable file `vks` not found in $PATH: No such file or directory: OCI runtime attempted to invoke a command that was not found\n', 'unreachable', 'There is no vks in container vpn.', '`podman ps` lists'],
	['ssh://box', 127, 'bash: line 1: vks: command not found\n', 'unreachable', 'There is no vks at box.', 'install vks'],
	[box, 2, 'vks: unknown command "connect-stdio"; did you mean record? (see `vks --help`)\n', 'unreachable', 'The vks at vpn on box is older than this console', 'one release'],
	[box, 255, 'kex_exchange_identification: something else\r\n', 'unreachable', 'ssh ended with code 255: kex_exchange_identification: something else.', 'by hand'],
	[box, 0, '', 'unreachable', 'ssh ended.', 'by hand'],
	[box, null, '', 'unreachable', 'ssh was ended.', 'by hand'],
] as const)('%s, code %s and %j: %s', (way, code, said, kind, what, next) => {
	const problem = problemOf(way, {code, said});
	expect(problem).toMatchObject({code: kind, stillBlocking: 'unknown'});
	expect(problem.what).toContain(what);
	expect(problem.next).toContain(next);
});

test('a program that is not there is named', () => {
	expect(problemOf(box, {code: null, notStarted: 'there is no such program'}).what).toBe('ssh could not be started: there is no such program.');
	expect(problemOf('docker:vpn', {code: null, notStarted: 'there is no such program'}).next).toContain('Install docker');
});

test('what vks there said itself is handed on, with the place, and cannot move the cursor', () => {
	const said = `a banner\n${JSON.stringify({version: 1, problem: {code: 'no-daemon', severity: 'error', what: 'No daemon answers at /run/vks/control.sock\u001B[2J.', stillBlocking: 'unknown', next: 'Start it with `vks run`.'}})}\n`;
	const problem = problemOf(box, {said});
	expect(problem).toMatchObject({code: 'no-daemon', next: 'Start it with `vks run`.'});
	expect(problem.what).toBe('At vpn on box: No daemon answers at /run/vks/control.sock?[2J.');
	for (const odd of ['{"problem":{}}', '{"problem":7}', 'null', '[]', '{']) expect(problemOf(box, {said: odd}).code).toBe('unreachable');
});

test('the last line of what nobody foresaw is told, short and without escapes', () => {
	const {what} = problemOf(box, {code: 7, said: `first\nlast \u001B]0;x\u0007${'y'.repeat(5000)}\n`});
	expect(what).toContain('ssh ended with code 7: last ?]0;x?y');
	expect(what.length).toBeLessThan(400);
});
