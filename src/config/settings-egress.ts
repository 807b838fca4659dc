/** The setting of which names may be reached through the tunnel. */
import type {Setting} from './setting.ts';

export const egressSettings = {
	egress: {
		name: 'VKS_EGRESS',
		key: 'egress',
		default: '',
		many: true,
		meaning: 'Which names everybody behind vks, or with uid one user\'s processes, may reach through the tunnel, and at which ports (443 where none is written); everything else of theirs there is refused and counted. `*.` is exactly one label. Port 80 is HTTP, every other port TLS: the name is checked in the connection itself. Needs nginx with its stream module, which the image has, and `SETUID`, `SETGID` and `KILL` to run it as a user of its own.',
		form: 'Write [uid N] NAME [PORT …], several separated by ; or , such as api.example.com; uid 1000 *.example.org 80 443.',
		example: 'api.example.com; uid 1000 *.example.org 80 443',
	},
} as const satisfies Record<string, Setting>;
