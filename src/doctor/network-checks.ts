/** DNS, MTU, clock, and whether the server answers. */
import type {Snapshot} from '../control/schema.ts';
import {isoTime} from '../control/status.ts';
import {looked, notLooked, type Check, type Finding} from './finding.ts';
import {uplinkOf} from './kernel-checks.ts';

export const dnsCheck: Check = {
	id: 'dns',
	title: 'resolv.conf',
	look({resolvConf, daemon, config}) {
		if (resolvConf === null) return notLooked('the settings do not say where it is');
		const {path, nameservers, writable, refused, keptFromBefore} = resolvConf;
		const attached = config.ok && config.value.attach !== null;
		if (attached) return looked();
		const tunnel = daemon.ok ? daemon.value.tunnel : null;
		const proof = `${path} names ${nameservers === null ? 'nothing: it cannot be read' : nameservers.length === 0 ? 'nobody' : nameservers.join(', ')}`;
		const differs = tunnel !== null && nameservers !== null && (nameservers.length === 0 || nameservers.some(each => !tunnel.resolvers.includes(each)));
		return looked(
			writable ? null : {id: 'resolv-conf-read-only', severity: tunnel === null || differs ? 'high' : 'medium', what: `${path} cannot be written: names are asked of resolvers that the policy refuses.`, proof: refused === null ? proof : `${proof}; ${refused.why}`, fix: refused?.next ?? `Do not mount it read-only: remove the line \`…:${path}:ro\` and \`read_only: true\`, or mount a file that may be written there and name it in VKS_RESOLV_CONF.`},
			differs && writable ? {id: 'resolv-conf-differs', severity: 'high', what: `${path} names others than the tunnel's resolvers ${tunnel.resolvers.join(', ')}; look-ups elsewhere are refused. vks puts it back every second, so somebody undoes that.`, proof, fix: `vks events, which says what it named; stop what writes ${path} (a DHCP client, resolvconf).`} : null,
			!daemon.ok && daemon.error.code === 'no-daemon' && keptFromBefore ? {id: 'resolv-conf-left', severity: 'low', what: `No daemon runs, and ${path} may still be as vks wrote it.`, proof, fix: 'vks dns restore'} : null,
		);
	},
};

/** IPv6 40 or IPv4 20, UDP 8, WireGuard 32 (wireguard.com, "Header / MTU sizes"). */
const overhead = (endpoint: string): number => (endpoint.startsWith('[') ? 80 : 60);

export const mtuCheck: Check = {
	id: 'mtu',
	title: 'the tunnel\'s MTU within the uplink\'s',
	look(facts) {
		if (!facts.daemon.ok || facts.daemon.value.tunnel === null) return notLooked('there is no tunnel');
		if (!facts.kernel.ok) return notLooked('links could not be read');
		const {tunnel} = facts.daemon.value;
		const name = uplinkOf(facts);
		const uplink = facts.kernel.value.links.find(link => link.name === name);
		if (tunnel.driver !== 'wireguard' || uplink === undefined) return looked();
		const most = uplink.mtu - overhead(tunnel.endpoint);
		return looked(tunnel.mtu <= most ? null : {
			id: 'mtu', severity: 'medium', what: `The tunnel's packets are larger than the uplink takes: they are fragmented or lost, and pages load halfway.`,
			proof: `${tunnel.interface} MTU ${tunnel.mtu}, ${uplink.name} MTU ${uplink.mtu}, ${overhead(tunnel.endpoint)} bytes around each packet`,
			fix: `Write \`MTU = ${most}\` below [Interface] into the file of ${tunnel.server}, then \`vks reconnect\`.`,
		});
	},
};

const dayMs = 86_400_000;

export const clockCheck: Check = {
	id: 'clock',
	title: 'the clock',
	look({nowMs, builtMs, daemon}) {
		if (builtMs === null) return notLooked('when vks was built is not known');
		const isBehind = nowMs < builtMs - dayMs;
		const isAhead = nowMs > builtMs + 20 * 365 * dayMs;
		const moved = daemon.ok && daemon.value.daemon.startedAtMs > nowMs + dayMs;
		return looked(!isBehind && !isAhead && !moved ? null : {
			id: 'clock', severity: 'high',
			what: 'The clock cannot be right. Certificates are refused, and a WireGuard server takes no handshake that is older than the last one it saw of this key (whitepaper, 5.1).',
			proof: moved ? `it is ${isoTime(nowMs)}, and the daemon started later than that` : `it is ${isoTime(nowMs)}, and this vks was built ${isoTime(builtMs)}`,
			fix: 'On the host: `timedatectl set-ntp true`, or `chronyc makestep`.',
		});
	},
};

export const endpointCheck: Check = {
	id: 'endpoint',
	title: 'whether the server answers',
	look({daemon}) {
		if (!daemon.ok) return notLooked('no daemon runs that would have asked it');
		return looked(silent(daemon.value));
	},
};

/** Packets that left by the rule for the endpoint, and none that came by the one for its answers. */
function silent(snapshot: Snapshot): Finding | null {
	const {state, rules, tunnel} = snapshot;
	const counted = (beginning: string): number => rules.filter(({id}) => id.startsWith(beginning)).reduce((sum, {packets}) => sum + packets, 0);
	const [out, back] = [counted('endpoint-out-'), counted('endpoint-in-')];
	const isBlocked = state.kind === 'blocked' && state.cause === 'no-handshake';
	const isSilent = tunnel !== null && tunnel.handshakeAtMs === null && out > 0 && back === 0;
	if (!isBlocked && !isSilent) return null;
	const server = tunnel?.server ?? state.server;
	const where = tunnel?.endpoint ?? snapshot.servers.find(({id}) => id === server)?.endpoint ?? 'the server';
	return {
		id: 'endpoint-silent', severity: 'high', what: `${server ?? 'The server'} does not answer: its port is blocked on the way, its key is another one, or it is down.`,
		proof: isSilent ? `${out} packets left for ${where}, ${back} came back` : `blocked (no-handshake): ${state.detail}`,
		fix: `vks next; if none answers, let UDP to ${where} out of the host's firewall and the router, or take a server file with another port (443, 53) or OpenVPN over TCP. A key that was revoked needs a new file from the provider.`,
	};
}
