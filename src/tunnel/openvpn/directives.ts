/** The directives of an .ovpn file (openvpn(8), 2.4 to 2.6), and what vks does with each. */
import {editDistance} from '../../edit-distance.ts';

/** What the words of a directive that is passed on may be. */
export type WordsForm = 'none' | 'names' | 'numbers' | 'text';

export type Use =
	/** Read by vks, which writes its own in its place. */
	| {readonly kind: 'read'}
	/** Passed on as it is. */
	| {readonly kind: 'pass'; readonly form: WordsForm; readonly most: number}
	/** Holds, or names, a key or certificate. */
	| {readonly kind: 'material'}
	/** What vks does anyway, or what means nothing here. */
	| {readonly kind: 'quiet'}
	/** Would be run when something happened, to tell it or to set up what vks sets up by itself. */
	| {readonly kind: 'hook'}
	| {readonly kind: 'ignored'; readonly why: string}
	| {readonly kind: 'refused'; readonly why: string; readonly next: string};

interface Group {
	readonly use: Use;
	readonly names: string;
}

const pass = (form: WordsForm, most: number, names: string): Group => ({use: {kind: 'pass', form, most}, names});
const ignored = (why: string, names: string): Group => ({use: {kind: 'ignored', why}, names});
const refused = (why: string, next: string, names: string): Group => ({use: {kind: 'refused', why, next}, names});

const remove = 'Remove the line';

const groups: readonly Group[] = [
	{use: {kind: 'read'}, names: 'client tls-client pull remote proto port rport dev dev-type auth-user-pass askpass dhcp-option tun-mtu setenv ignore-unknown-option key-direction connection'},
	{use: {kind: 'material'}, names: 'ca cert key extra-certs crl-verify tls-auth tls-crypt tls-crypt-v2 peer-fingerprint'},
	pass('none', 0, 'float fast-io mute-replay-warnings no-replay auth-nocache'),
	pass('names', 2, 'cipher data-ciphers data-ciphers-fallback ncp-ciphers auth tls-cipher tls-ciphersuites tls-groups tls-version-min tls-version-max tls-cert-profile ecdh-curve'),
	pass('names', 4, 'remote-cert-tls remote-cert-ku remote-cert-eku ns-cert-type comp-lzo compress allow-compression topology'),
	pass('numbers', 2, 'ping ping-restart ping-exit keepalive reneg-sec reneg-bytes reneg-pkts hand-window tran-window tls-timeout replay-window fragment sndbuf rcvbuf'),
	pass('text', 2, 'verify-x509-name'),
	{use: {kind: 'quiet'}, names: 'nobind bind persist-key persist-tun persist-local-ip persist-remote-ip resolv-retry verb mute tun-ipv6 remote-random-hostname auth-retry ncp-disable server-poll-timeout connect-timeout connect-retry connect-retry-max mssfix mtu-disc link-mtu ping-timer-rem disable-occ explicit-exit-notify user group nice mlock multihome push-peer-info tls-exit suppress-timestamps'},
	ignored('vks routes by itself', 'redirect-gateway redirect-private route route-ipv6 route-gateway route-ipv6-gateway route-metric route-delay route-method route-nopull route-noexec ifconfig-noexec allow-pull-fqdn ifconfig ifconfig-ipv6 ifconfig-nowarn pull-filter max-routes client-nat'),
	ignored('vks asks the tunnel\'s resolvers and no others', 'block-outside-dns register-dns dns'),
	ignored('vks blocks IPv6 that the tunnel does not carry', 'block-ipv6'),
	ignored('it is for another system', 'ip-win32 tap-sleep dhcp-renew dhcp-release windows-driver win-sys service dev-node show-net-up pause-exit cryptoapicert allow-nonadmin machine-readable-output'),
	ignored('vks sets it by itself', 'mark local lport bind-dev disable-dco lladdr txqueuelen passtos remap-usr1 socket-flags tcp-nodelay tun-mtu-extra tun-mtu-max'),
	ignored('vks tries the servers of a file in its order', 'remote-random'),
	ignored('a tunnel that carries nothing is kept', 'inactive session-timeout'),
	ignored('it is kept in memory only', 'auth-token auth-token-user'),
	ignored('the cipher says it, and OpenVPN 2.6 takes it no longer', 'keysize'),
	ignored('nobody reads it here', 'setenv-safe echo'),
	{use: {kind: 'hook'}, names: 'up down route-up route-pre-down ipchange up-delay down-pre up-restart script-security iproute dns-updown'},
	// Left out, it would let in whom it was to keep away.
	refused('it names a program that checks who is there, and vks runs none of a file', 'Remove the line, or ask the provider for a file that checks by verify-x509-name', 'tls-verify auth-user-pass-verify tls-crypt-v2-verify tls-export-cert'),
	refused('it names a program for a server, and vks runs none of a file', remove, 'client-connect client-disconnect client-crresponse learn-address'),
	refused('it is of a changed OpenVPN that hides its traffic, another protocol', 'Ask the provider for a plain OpenVPN file; vks does not speak it', 'scramble xormask xormethod'),
	refused('it loads a library into OpenVPN', remove, 'plugin engine providers pkcs11-providers pkcs11-id pkcs11-id-management pkcs11-private-mode pkcs11-protected-authentication pkcs11-cert-private pkcs11-pin-cache'),
	refused('vks controls OpenVPN by that interface itself', remove, 'management management-client management-hold management-query-passwords management-query-remote management-query-proxy management-up-down management-signal management-log-cache management-forget-disconnect management-external-key management-external-cert management-client-user management-client-group management-client-auth'),
	refused('vks decides how OpenVPN runs and where it writes', remove, 'daemon log log-append writepid status status-version syslog cd chroot setcon inetd tmp-dir errors-to-stderr replay-persist capath tls-export-keys genkey mktun rmtun'),
	refused('it takes in another file', 'Copy what that file holds into this one', 'config'),
	refused('it leads by another host than the server, and the policy opens the server only', 'Ask the provider for a file without a proxy', 'http-proxy http-proxy-option http-proxy-user-pass http-proxy-retry http-proxy-timeout socks-proxy socks-proxy-retry'),
	refused('it is in a form vks does not read', 'Split it: `openssl pkcs12 -in FILE` prints what belongs between <ca>, <cert> and <key>', 'pkcs12'),
	refused('a key shared by both sides is no longer offered by OpenVPN, and everything ever sent can be read with it', 'Ask the provider for a file with certificates', 'secret'),
	refused('the server would be asked for a code that only a person can type', 'Ask the provider for credentials without a second factor', 'static-challenge'),
	refused('it is for a server', 'Ask the provider for the file of a client', 'mode server server-ipv6 server-bridge tls-server dh push push-reset push-remove ifconfig-pool ifconfig-ipv6-pool ifconfig-pool-persist ifconfig-push client-to-client client-config-dir ccd-exclusive duplicate-cn max-clients username-as-common-name verify-client-cert port-share bcast-buffers hash-size stale-routes-check auth-gen-token iroute iroute-ipv6 tcp-queue-limit'),
];

const uses: ReadonlyMap<string, Use> = new Map(groups.flatMap(({use, names}) => names.split(' ').map(name => [name, use] as const)));

export const findUse = (name: string): Use | null => uses.get(name) ?? null;

/** All names there are, for tests. */
export const directiveNames = (): readonly string[] => [...uses.keys()];

/** The directive that is nearest to a misspelt one, when it is near enough to be meant and would be taken. */
export function nearestDirective(name: string): string | null {
	const best = [...uses]
		.filter(([, {kind}]) => kind === 'read' || kind === 'pass' || kind === 'material')
		.map(([known]) => ({known, distance: editDistance(name.toLowerCase(), known)}))
		.toSorted((a, b) => a.distance - b.distance)[0];
	return best !== undefined && best.distance <= Math.max(1, Math.floor(name.length / 4)) ? best.known : null;
}
