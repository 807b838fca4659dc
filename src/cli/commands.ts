/** The command table: parsing, help and completions all read it. */
import type {CommandRun} from './io.ts';

export interface OptionSpec {
	readonly name: string;
	readonly short?: string;
	/** What its value is called in the help; absent for a switch. */
	readonly value?: string;
	readonly summary: string;
}

export interface ArgumentSpec {
	readonly name: string;
	readonly summary: string;
}

export interface CommandSpec {
	readonly name: string;
	readonly summary: string;
	/** All are required: none of the commands guesses. */
	readonly arguments: readonly ArgumentSpec[];
	/** Besides the common ones. */
	readonly options: readonly OptionSpec[];
	readonly examples: ReadonlyArray<readonly [command: string, what: string]>;
	/** Codes that mean more here than what the common list says. */
	readonly exits?: ReadonlyArray<readonly [code: number, meaning: string]>;
	/** Imported when it is called for: what the others need must not cost this one its start-up. */
	readonly load: () => Promise<{readonly run: CommandRun}>;
}

export const commonOptions: readonly OptionSpec[] = [
	{name: 'socket', value: 'PATH', summary: 'the daemon\'s socket (default: control.sock in $VKS_RUN_FOLDER or /run/vks)'},
	{name: 'json', summary: 'print JSON; problems go to standard error as JSON too'},
	{name: 'no-color', summary: 'no colours (as does NO_COLOR in the environment)'},
	{name: 'help', short: 'h', summary: 'say how it is used'},
	{name: 'version', short: 'V', summary: 'print the version'},
];

export const commonExits: ReadonlyArray<readonly [code: number, meaning: string]> = [
	[0, 'fine'],
	[1, 'failed: the reason is on standard error'],
	[2, 'wrong usage'],
	[3, 'not enforced: the policy is not proven to be in the kernel (`status`, `run`)'],
];

export const commands: readonly CommandSpec[] = [
	{
		name: 'run',
		summary: 'run the daemon: hold the policy, keep the tunnel, serve the socket',
		arguments: [],
		options: [
			{name: 'config', value: 'FILE', summary: 'settings as YAML; the environment wins over it'},
			{name: 'host', summary: 'close the host\'s own network, which is refused otherwise'},
		],
		examples: [['vks run', 'with the settings of the environment'], ['vks run --config /etc/vks.yaml', 'with a file']],
		load: () => import('./run.ts'),
	},
	{
		name: 'status',
		summary: 'show state, proof, layers, tunnel, drops and problems',
		arguments: [],
		options: [],
		examples: [['vks status', 'for a person'], ['vks status --json', 'for a program'], ['vks status >/dev/null', 'for a health check: the exit code tells']],
		exits: [[3, 'what was read back is drifted, unknown, failed to block, or older than 3 seconds']],
		load: () => import('./status.ts'),
	},
	{
		name: 'rules',
		summary: 'list the rules in the kernel with what they counted',
		arguments: [],
		options: [],
		examples: [['vks rules', 'all rules'], ['vks rules --json', 'with their nft text']],
		load: () => import('./rules.ts'),
	},
	{
		name: 'drops',
		summary: 'list the packets refused last, each with the rule that refused it',
		arguments: [],
		options: [{name: 'follow', short: 'f', summary: 'go on with new ones'}],
		examples: [['vks drops', 'the last ones'], ['vks drops --follow --json', 'every one, as a line of JSON']],
		load: () => import('./drops.ts'),
	},
	{
		name: 'servers',
		summary: 'list the servers there are to connect to',
		arguments: [],
		options: [],
		examples: [['vks servers', 'all of them; * marks the current one']],
		load: () => import('./servers.ts'),
	},
	{
		name: 'reconnect',
		summary: 'dial the current server again; the policy stays',
		arguments: [],
		options: [],
		examples: [['vks reconnect', 'and wait for the outcome']],
		load: () => import('./reconnect.ts'),
	},
	{
		name: 'switch',
		summary: 'connect to another server; nothing leaks on the way',
		arguments: [{name: 'server', summary: 'as `vks servers` names it'}],
		options: [],
		examples: [['vks switch oslo-1', 'and wait for the outcome']],
		load: () => import('./switch.ts'),
	},
	{
		name: 'latency',
		summary: 'ping the servers outside the tunnel: how far is each? Needs VKS_LATENCY=yes',
		arguments: [],
		options: [],
		examples: [['vks latency', 'all of them; `vks servers` lists what was found']],
		load: () => import('./latency.ts'),
	},
	{
		name: 'favourite',
		summary: 'mark a server, so that it is listed first; every console shows the mark',
		arguments: [{name: 'server', summary: 'as `vks servers` names it'}],
		options: [{name: 'off', summary: 'take the mark away'}],
		examples: [['vks favourite oslo-1', 'mark it'], ['vks favourite oslo-1 --off', 'and no more']],
		load: () => import('./favourite.ts'),
	},
	{
		name: 'lockdown',
		summary: 'refuse everything at once, until it is lifted',
		arguments: [],
		options: [{name: 'reason', value: 'TEXT', summary: 'for the journal and the console'}],
		examples: [['vks lockdown', 'now'], ['vks lockdown --reason "odd traffic at 03:10"', 'and say why']],
		load: () => import('./lockdown.ts'),
	},
	{
		name: 'lift',
		summary: 'end a lockdown',
		arguments: [],
		options: [{name: 'word', value: 'WORD', summary: 'the word `lift`; asked for at a terminal, required without one'}],
		examples: [['vks lift', 'asks to type the word'], ['vks lift --word lift', 'in a script']],
		load: () => import('./lift.ts'),
	},
	{
		name: 'drill',
		summary: 'test for leaks: send what should not pass, and watch the links for it',
		arguments: [],
		options: [
			{name: 'full', summary: 'take the tunnel down too, on purpose; it comes back'},
			{name: 'word', value: 'WORD', summary: 'the word `drill` for --full; asked for at a terminal, required without one'},
		],
		examples: [['vks drill', 'disturbs nobody'], ['vks drill --full', 'asks to type the word; connections may end'], ['vks drill --json', 'every probe, for a program']],
		exits: [[1, 'inconclusive, or not run: nothing was shown'], [3, 'leaked: a probe was seen outside the tunnel']],
		load: () => import('./drill.ts'),
	},
	{
		name: 'allow',
		summary: 'open one thing outside the tunnel for a time; the kernel ends it',
		arguments: [
			{name: 'protocol', summary: 'tcp, udp, icmp or icmpv6 (which open pings)'},
			{name: 'target', summary: 'a private address or range, with a port for tcp and udp: 192.168.1.20:5432, [fd00::1]:443'},
		],
		options: [
			{name: 'for', value: 'TIME', summary: 'how long, 1s to 24h: 90s, 15m, 1h30m (required)'},
			{name: 'reason', value: 'TEXT', summary: 'for the journal and the console (required)'},
			{name: 'in', summary: 'let them connect to that port here, instead of us to theirs'},
			{name: 'uid', value: 'N', summary: 'for processes of this user only'},
		],
		examples: [
			['vks allow tcp 192.168.1.20:5432 --for 15m --reason "restore the backup"', 'a database, for a quarter of an hour'],
			['vks allow tcp 192.168.1.0/24:8080 --in --for 1h --reason "a demonstration"', 'others may connect to port 8080 here'],
			['vks allow icmp 192.168.1.1 --for 90s --reason "is the router there?"', 'pings'],
		],
		load: () => import('./allow.ts'),
	},
	{
		name: 'exceptions',
		summary: 'list what is open for a time: what, how long still, who and why',
		arguments: [],
		options: [],
		examples: [['vks exceptions', 'all of them'], ['vks exceptions --json', 'for a program']],
		load: () => import('./exceptions.ts'),
	},
	{
		name: 'revoke',
		summary: 'end an exception now, with its open connections',
		arguments: [{name: 'id', summary: 'as `vks exceptions` numbers it'}],
		options: [],
		examples: [['vks revoke 3', 'at once']],
		load: () => import('./revoke.ts'),
	},
	{
		name: 'explain',
		summary: 'say what would happen to a packet, by which rule, and why',
		arguments: [
			{name: 'protocol', summary: 'tcp, udp, icmp, icmpv6, or other for what no rule names (ESP, SCTP)'},
			{name: 'destination', summary: 'an address, with a port for tcp and udp: 192.0.2.1:443, [2001:db8::1]:53'},
		],
		options: [
			{name: 'uid', value: 'N', summary: 'of a process of this user'},
			{name: 'in', summary: 'arriving here; to another host, through here'},
			{name: 'from', value: 'ADDR[:PORT]', summary: 'from this address and port'},
			{name: 'via', value: 'INTERFACE', summary: 'bound to this interface, or arriving at it'},
			{name: 'mark', value: 'N', summary: 'with this packet mark, such as 0xca6c'},
			{name: 'raw', summary: 'as a raw frame, which only the egress backstop sees'},
			{name: 'established', summary: 'of a connection that was let begin, or an answer'},
		],
		examples: [
			['vks explain tcp 192.0.2.1:443', 'a web page'],
			['vks explain udp [2001:db8::1]:53 --uid 1000', 'a question to a resolver'],
			['vks explain icmp 192.0.2.1', 'a ping'],
			['vks explain tcp 172.17.0.2:8080 --in --from 192.168.1.20', 'somebody who connects to us'],
		],
		load: () => import('./explain.ts'),
	},
	{
		name: 'events',
		summary: 'follow the journal and every change of state or proof',
		arguments: [],
		options: [],
		examples: [['vks events', 'for a person'], ['vks events --json', 'one line of JSON for each']],
		load: () => import('./events.ts'),
	},
	{
		name: 'record',
		summary: 'record what is shown, every second, for `vks-tui --replay`',
		arguments: [{name: 'file', summary: 'to be made; nothing is written over'}],
		options: [{name: 'for', value: 'TIME', summary: 'how long: 90s, 10m, 2h; until Ctrl-C when absent'}],
		examples: [['vks record session.jsonl --for 10m', 'ten minutes; then `vks-tui --replay session.jsonl`, anywhere']],
		load: () => import('./record.ts'),
	},
	{
		name: 'evidence',
		summary: 'write what is known, and was for two hours, into a folder',
		arguments: [],
		options: [{name: 'out', value: 'DIR', summary: 'where that folder is made (default: here)'}],
		examples: [['vks evidence --out /root', 'and say where; `vks-tui --replay` opens the folder']],
		load: () => import('./evidence.ts'),
	},
	{
		name: 'dns',
		summary: 'put resolv.conf back as it was before vks, once vks has stopped',
		arguments: [{name: 'action', summary: 'restore: the only one there is'}],
		options: [{name: 'config', value: 'FILE', summary: 'settings as YAML; the environment wins over it'}],
		examples: [['vks dns restore', 'as root; look-ups stay refused while the tables of vks stand']],
		load: () => import('./dns.ts'),
	},
	{
		name: 'limits',
		summary: 'say what vks cannot do',
		arguments: [],
		options: [],
		examples: [['vks limits', 'before you rely on it']],
		load: () => import('./limits.ts'),
	},
	{
		name: 'help',
		summary: 'say how vks or one of its commands is used',
		arguments: [],
		options: [],
		examples: [['vks help', 'the list of commands'], ['vks lift --help', 'one command']],
		load: () => import('./help.ts'),
	},
	{
		name: 'version',
		summary: 'print the version',
		arguments: [],
		options: [],
		examples: [['vks version', '']],
		load: () => import('./version.ts'),
	},
];
