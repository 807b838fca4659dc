/** The command that closes what an audit found open. */
import type {CommandSpec} from './command-spec.ts';

export const hardenCommand: CommandSpec = {
	name: 'harden',
	summary: 'close what an audit finds: as a diff, on trial, undone exactly',
	arguments: [{name: 'compose', summary: 'compose files whose ports go to 127.0.0.1; none is the host and the engine that runs here', many: true}],
	options: [
		{name: 'plan', summary: 'only show what would change, and why (the default)'},
		{name: 'apply', summary: 'change it, and take it back unless `vks harden --confirm` is run in time'},
		{name: 'confirm', summary: 'keep what was applied: you still get in'},
		{name: 'undo', summary: 'take back all that was ever applied, and nothing else'},
		{name: 'let-in', value: 'RANGES', summary: 'who still gets in to the ports that are closed: 192.168.1.0/24,fd00::/64, or none'},
		{name: 'open', value: 'PORTS', summary: 'stay open to everybody: 443,51820/udp, or none'},
		{name: 'close', value: 'PORTS', summary: 'are closed too, though usually meant for everybody, or none'},
		{name: 'outbound', value: 'KEEPS', summary: 'refuse what the host itself sends by its uplinks, but for dns, ntp, engine, tcp/443@UID, udp/51820=ADDR; or off'},
		{name: 'confirm-within', value: 'TIME', summary: 'how long to wait for the confirmation; off for not at all (default: 2m)'},
		{name: 'docker', value: 'SOCKET', summary: 'the container engine\'s socket, only read (default: /var/run/docker.sock)'},
		{name: 'guard', summary: 'started by --apply: takes it back when that ends unconfirmed'},
	],
	examples: [
		['vks harden', 'as root on the host: what would change, as a diff'],
		['vks harden --apply --let-in 192.168.1.0/24', 'close it for all others, on trial'],
		['vks harden --confirm', 'from a login of its own: it still works'],
		['vks harden --apply --outbound dns,ntp,engine', 'and refuse all else that the host sends by itself'],
		['vks harden --undo', 'as it was before'],
		['vks harden compose.yaml', 'the same ports, for good: no engine, no root'],
	],
	exits: [
		[0, 'nothing is to be changed; applied and confirmed; undone'],
		[1, 'something would be changed; or it failed, and what was begun was taken back'],
		[3, 'could not look: no engine, not root, or a file that cannot be read'],
		[4, 'nobody confirmed in time, or it was stopped before: all was taken back'],
	],
	load: () => import('./harden.ts'),
};
