/** What vks cannot do. `docs/known-issues.md` says more of each; a test holds the two together. Pure. */

export interface Limit {
	readonly what: string;
	readonly because: string;
	/** What the operator can do about it. */
	readonly instead: string;
	/** The heading in docs/known-issues.md that says more; null for what its introduction names as out of scope. */
	readonly heading: string | null;
}

export const limits: readonly Limit[] = [
	{what: 'A compromised host or kernel', because: 'whoever rules the kernel rules what it lets out, and what it answers when it is asked', instead: 'nothing in a container can help', heading: null},
	{what: 'The VPN provider', because: 'it sees all that comes out of the tunnel, and could keep it', instead: 'encrypt what you send; choose whom you trust', heading: null},
	{what: 'Traffic analysis', because: 'who watches the uplink sees when and how much is sent to the endpoint', instead: 'nothing here hides that', heading: null},
	{what: 'A neighbour with NET_ADMIN in the namespace', because: 'it can mirror or redirect packets below our tables, which is told within a second and not undone, and edit what is not ours', instead: 'drop NET_ADMIN in every container beside vks; remove what the proof names', heading: 'A neighbour with NET_ADMIN'},
	{what: 'A neighbour with NET_RAW in the namespace', because: 'raw frames have no user and no connection, so they can use what the backstop must leave open', instead: 'cap-drop NET_RAW beside vks', heading: 'A neighbour with NET_RAW'},
	{what: 'AF_XDP sockets of a neighbour with NET_RAW, while no daemon runs', because: 'their frames reach the driver past every hook, and only a living daemon holds the queues', instead: 'cap-drop NET_RAW beside vks, or refuse address family 44 by seccomp', heading: 'AF_XDP while the daemon is away'},
	{what: 'Refused attempts at our tables', because: 'the kernel tells nobody that it refused', instead: 'none', heading: 'Refused tampering is not seen'},
	{what: 'A daemon that is dead', because: 'the policy stays, but nothing repairs it, and nothing restarts the daemon', instead: 'run it under something that restarts it', heading: 'Nothing restarts it'},
	{what: 'The time before it starts', because: 'there is no policy until something loads one', instead: 'start it through container/entrypoint', heading: 'Nothing is refused before the entrypoint runs'},
	{what: 'What a drill does not send', because: 'it tries what leaks are known to look like, as root, at one moment', instead: 'read what it proves in docs/security.md', heading: 'A drill is a sample'},
];
