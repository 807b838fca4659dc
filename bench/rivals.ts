/**
 * What people use instead, in the same lab: a tunnel as wg-quick(8) sets it up, with the kill switch its manual gives
 * for PostUp, or with rules of its own that a loop loads again every ten seconds.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {ipBatch, loadRuleset, runIn} from '../lab/commands.ts';
import type {Lab} from '../lab/lab.ts';
import {identityOf, serverPlan} from '../lab/plan.ts';
import {waitUntil} from '../lab/processes.ts';
import {isServed} from '../lab/wireguard-socket.ts';

/** wg-quick's own choice for both the mark and the table. */
const mark = '51820';
export const pollEveryMs = 10_000;

export interface Rival {
	readonly device: string;
	stop(): Promise<void>;
}

/** Device, mark, routes and rules as wg-quick makes them, for both families. */
export async function raiseTunnel(lab: Lab): Promise<string> {
	const {namespaces, folders, interfaces} = lab.description;
	const device = interfaces.tunnel;
	const {client} = namespaces;
	const {exitCode} = await lab.exec('client', ['ip', 'link', 'add', device, 'type', 'wireguard']);
	if (exitCode !== 0) {
		lab.spawn('client', ['wireguard-go', '-f', device], {environment: {WG_PROCESS_FOREGROUND: '1', LOG_LEVEL: 'error'}});
		await waitUntil(() => isServed(device), 5_000);
	}
	// What `wg-quick strip` leaves.
	const stripped = readFileSync(join(folders.servers, 'se-sto-1.conf'), 'utf8').split('\n').filter(line => !/^(Address|DNS)\s*=/.test(line)).join('\n');
	const file = join(folders.state, 'rival.conf');
	writeFileSync(file, stripped, {mode: 0o600});
	await runIn(client, ['wg', 'setconf', device, file]);
	await runIn(client, ['wg', 'set', device, 'fwmark', mark]);
	const {ipv4, ipv6} = identityOf('a');
	await ipBatch(client, [`address add ${ipv4}/32 dev ${device}`, `address add ${ipv6 ?? '::1'}/128 dev ${device} nodad`, `link set ${device} mtu 1420 up`]);
	for (const family of ['-4', '-6']) {
		await lab.exec('client', ['ip', family, 'route', 'add', 'default', 'dev', device, 'table', mark], {mustSucceed: true});
		await lab.exec('client', ['ip', family, 'rule', 'add', 'not', 'fwmark', mark, 'table', mark], {mustSucceed: true});
		await lab.exec('client', ['ip', family, 'rule', 'add', 'table', 'main', 'suppress_prefixlength', '0'], {mustSucceed: true});
	}
	return device;
}

/** wg-quick(8), "EXAMPLES": `PostUp = iptables -I OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) …`. */
export async function wgQuick(lab: Lab): Promise<Rival> {
	const device = await raiseTunnel(lab);
	for (const program of ['iptables', 'ip6tables']) {
		await lab.exec('client', [program, '-I', 'OUTPUT', '!', '-o', device, '-m', 'mark', '!', '--mark', mark, '-m', 'addrtype', '!', '--dst-type', 'LOCAL', '-j', 'REJECT'], {mustSucceed: true});
	}
	return {device, stop: async () => undefined};
}

/** The same policy in nft's words, loaded again every ten seconds from now on. */
export async function tenSecondPoll(lab: Lab): Promise<Rival> {
	const device = await raiseTunnel(lab);
	const {endpoint, port} = serverPlan('s1');
	const rules = `table inet rival\ndelete table inet rival\ntable inet rival {
	chain output {
		type filter hook output priority 0; policy drop;
		oifname { "lo", "${device}" } accept
		ip daddr ${endpoint.ipv4} udp dport ${port} accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
		reject
	}
}
`;
	const {client} = lab.description.namespaces;
	await loadRuleset(client, rules);
	const timer = setInterval(() => void loadRuleset(client, rules), pollEveryMs);
	return {device, stop: async () => clearInterval(timer)};
}
