/** The command that looks at what surrounds the tunnel. */
import type {CommandSpec} from './command-spec.ts';

export const auditCommand: CommandSpec = {
	name: 'audit',
	summary: 'find what is open around the tunnel, in compose files or in what runs here',
	arguments: [{name: 'compose', summary: 'compose files to look at, each by itself; none is the engine that runs here', many: true}],
	options: [
		{name: 'docker', value: 'SOCKET', summary: 'the container engine\'s socket, only read (default: that of DOCKER_HOST, else /var/run/docker.sock)'},
		{name: 'severity', value: 'LEVEL', summary: 'list only what is at least so: high, medium or low'},
	],
	examples: [
		['vks audit compose.yaml', 'before it is taken up: no engine, no root'],
		['vks audit', 'as root on the host: what runs, and whether its firewall is walked past'],
		['vks audit --json --severity high', 'for a program'],
	],
	exits: [
		[0, 'nothing of high severity found'],
		[1, 'something of high severity was found'],
		[3, 'could not look: no engine, or a file that cannot be read'],
	],
	load: () => import('./audit.ts'),
};
