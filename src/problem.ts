/** What is wrong, for a person: what failed, whether traffic is still blocked, and what to do next. */

export type ProblemCode =
	| 'configuration'
	| 'credentials'
	| 'no-permission'
	| 'no-nft'
	| 'no-tun'
	| 'no-wireguard'
	| 'no-openvpn'
	| 'no-proxy'
	| 'egress-resolver'
	| 'host-namespace'
	| 'not-confirmed'
	| 'hardening'
	| 'no-daemon'
	| 'unreachable'
	| 'login-refused'
	| 'already-running'
	| 'socket-busy'
	| 'nflog-busy'
	| 'table-held'
	| 'ruleset-refused'
	| 'routing-refused'
	| 'egress-unsupported'
	| 'af-xdp'
	| 'foreign-hook'
	| 'conntrack'
	| 'sysctl'
	| 'rp-filter'
	| 'drift'
	| 'no-uplink'
	| 'no-gateway'
	| 'no-endpoint-route'
	| 'no-handshake'
	| 'no-server'
	| 'tunnel-failed'
	| 'dns'
	| 'ipv6-unenforced'
	| 'intent-corrupt'
	| 'state-folder'
	| 'public-network'
	| 'bad-request'
	| 'busy'
	| 'superseded'
	| 'gluetun'
	| 'no-tunnel'
	| 'locked-down'
	| 'leak'
	| 'drill'
	| 'rotation'
	| 'port-forward'
	| 'port-told'
	| 'key-age'
	| 'certificate'
	/** What was asked for could not be put on the disk. */
	| 'not-written'
	| 'internal';

export interface Problem {
	readonly code: ProblemCode;
	readonly severity: 'error' | 'warning';
	/** What failed and why, in one or two sentences. Never holds a secret. */
	readonly what: string;
	/** Whether the namespace still refuses what it should. */
	readonly stillBlocking: boolean | 'unknown';
	/** What the operator does about it. */
	readonly next: string;
}
