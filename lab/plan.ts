/** The lab's addresses, from the documentation ranges (RFC 5737, RFC 3849) and private space. Every lab has the same. */

export interface Family {
	readonly ipv4: string;
	readonly ipv6: string;
}

export type ServerName = 's1' | 's2';

export interface ServerPlan {
	readonly name: ServerName;
	readonly city: string;
	readonly country: string;
	readonly endpoint: Family;
	readonly port: number;
	/** The isp's end of the server's link. */
	readonly router: Family;
	/** What the exit echo shows for traffic through this server. */
	readonly exit: Family;
	/** Inside the tunnel; also its DNS resolver. */
	readonly gateway: Family;
}

export const serverPlans: readonly ServerPlan[] = [
	{
		name: 's1',
		city: 'Stockholm',
		country: 'SE',
		endpoint: {ipv4: '198.51.100.10', ipv6: '2001:db8:51::10'},
		port: 51820,
		router: {ipv4: '198.51.100.1', ipv6: '2001:db8:51::1'},
		exit: {ipv4: '198.51.100.77', ipv6: '2001:db8:51::77'},
		gateway: {ipv4: '10.64.1.1', ipv6: 'fd64:1::1'},
	},
	{
		name: 's2',
		city: 'Zurich',
		country: 'CH',
		endpoint: {ipv4: '192.0.2.10', ipv6: '2001:db8:2::10'},
		port: 51820,
		router: {ipv4: '192.0.2.1', ipv6: '2001:db8:2::1'},
		exit: {ipv4: '192.0.2.99', ipv6: '2001:db8:2::99'},
		gateway: {ipv4: '10.64.2.1', ipv6: 'fd64:2::1'},
	},
];

export const serverPlan = (name: ServerName): ServerPlan => {
	const plan = serverPlans.find(candidate => candidate.name === name);
	if (plan === undefined) throw new Error(`the lab has no server called ${name}`);
	return plan;
};

/** The client's sides and what they reach. `port` and `index` are the isp's end: the index is fixed for the capture filter. */
export const uplinks = {
	first: {port: 'c0', index: 101},
	second: {port: 'c1', index: 102},
	lanBridge: 'br0',
	internetLink: 'net',
	addresses: {
		client: {ipv4: '172.30.7.2', ipv6: '2001:db8:30::2'},
		gateway: {ipv4: '172.30.7.1', ipv6: '2001:db8:30::1'},
		secondClient: {ipv4: '172.30.8.2', ipv6: '2001:db8:31::2'},
		secondGateway: {ipv4: '172.30.8.1', ipv6: '2001:db8:31::1'},
		peer: {ipv4: '172.30.7.3', ipv6: '2001:db8:30::3'},
		lan: {ipv4: '172.30.7.10', ipv6: '2001:db8:30::10'},
		internet: {ipv4: '203.0.113.80', ipv6: '2001:db8:113::80'},
		resolver: {ipv4: '203.0.113.53', ipv6: '2001:db8:113::53'},
		otherResolver: {ipv4: '203.0.113.54', ipv6: '2001:db8:113::54'},
		// IPv4 is masqueraded by the isp, as at home; IPv6 is not.
		direct: {ipv4: '203.0.113.1', ipv6: '2001:db8:30::2'},
	},
	internetRouter: {ipv4: '203.0.113.1', ipv6: '2001:db8:113::1'},
	home: {city: 'Lisbon', country: 'PT'},
} as const satisfies {addresses: Record<string, Family>} & Record<string, unknown>;

/** Destinations that a router does not pass on, from the client's point of view: its links and their multicast. */
export const nearDestinations = {
	ipv4: ['172.30.7.0/24', '172.30.8.0/24', '224.0.0.0/24', '255.255.255.255'],
	// fd00:30::/64 is what tests add on the first link, where a setting takes private ranges only.
	ipv6: ['2001:db8:30::/64', '2001:db8:31::/64', 'fd00:30::/64', 'fe80::/10', 'ff02::/16'],
} as const;

export const echoPort = 7;
/** UDP to the host `lan`, which the witness counts apart: what trials open for a time and close again. */
export const permittedPort = 7007;
/** TCP and UDP ports that the isp forwards to the client, as a container engine publishes them. */
export const publishedPorts = '8080-8099';

/** One key pair and inner address of the client's. */
export interface ClientIdentity {
	readonly name: 'a' | 'b' | 'c';
	readonly ipv4: string;
	readonly ipv6: string | null;
}

export const clientIdentities: readonly ClientIdentity[] = [
	{name: 'a', ipv4: '10.64.1.2', ipv6: 'fd64:1::2'},
	{name: 'b', ipv4: '10.64.1.3', ipv6: 'fd64:1::3'},
	{name: 'c', ipv4: '10.64.2.2', ipv6: null},
];

/** One wg-quick file. Two tunnels to one server need two identities: a second session would replace the first. */
export interface TunnelPlan {
	readonly file: string;
	readonly server: ServerName;
	readonly identity: ClientIdentity['name'];
	readonly endpointFamily: 'ipv4' | 'ipv6';
}

export const tunnelPlans: readonly TunnelPlan[] = [
	{file: 'se-sto-1.conf', server: 's1', identity: 'a', endpointFamily: 'ipv4'},
	{file: 'se-sto-1-v6.conf', server: 's1', identity: 'b', endpointFamily: 'ipv6'},
	{file: 'ch-zrh-1.conf', server: 's2', identity: 'c', endpointFamily: 'ipv4'},
	// The same identity and inner address as se-sto-1, as providers give: a switch between the two keeps flows.
	{file: 'ch-zrh-2.conf', server: 's2', identity: 'a', endpointFamily: 'ipv4'},
];

export const identityOf = (name: ClientIdentity['name']): ClientIdentity => {
	const identity = clientIdentities.find(candidate => candidate.name === name);
	if (identity === undefined) throw new Error(`the lab has no client identity called ${name}`);
	return identity;
};
