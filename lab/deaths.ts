/** The ways in which a tunnel dies although its interface stands, each with what undoes it. */
import {readFileSync} from 'node:fs';
import {loadRuleset, run} from './commands.ts';
import {insideNamespace, serverInterface} from './description.ts';
import type {Lab} from './lab.ts';
import {serverPlan} from './plan.ts';
import type {ServerName} from './plan.ts';
import {isAlive, processesInside, readRecords} from './processes.ts';
import type {ProcessRecord} from './processes.ts';

export const deathKinds = ['blackholed endpoint', 'silent peer', 'dropped return path', 'hollow session', 'killed process'] as const;
export type DeathKind = (typeof deathKinds)[number];

/** Resolves once the tunnel is dead, with what brings the way back; a process that was killed stays so. */
export async function killTunnel(lab: Lab, kind: DeathKind, server: ServerName): Promise<() => Promise<void>> {
	switch (kind) {
		case 'blackholed endpoint':
			await lab.blackhole(server);
			return () => lab.restore(server);
		case 'silent peer':
			return silence(lab, server);
		case 'dropped return path':
			return dropIn(lab.description.namespaces.isp, `chain arriving { type filter hook prerouting priority -311; ${returning(server)} }`);
		case 'hollow session':
			// What should come through the tunnel does not, while its own handshakes and keepalives do.
			return dropIn(lab.description.namespaces[server], `chain leaving { type filter hook postrouting priority 0; oifname { "${serverInterface(lab.description.id, server)}", "ovpn*" } drop; }`);
		case 'killed process': {
			for (const {pid} of clientTunnels(lab)) process.kill(pid, 'SIGKILL');
			return async () => undefined;
		}
	}
}

const returning = (server: ServerName): string => {
	const {endpoint} = serverPlan(server);
	return `ip saddr ${endpoint.ipv4} drop; ip6 saddr ${endpoint.ipv6} drop;`;
};

async function dropIn(namespace: string, chain: string): Promise<() => Promise<void>> {
	await loadRuleset(namespace, `table inet death {\n${chain}\n}`);
	return async () => void (await run(insideNamespace(namespace, ['nft', 'delete', 'table', 'inet', 'death'])));
}

/** Its processes stand still; a WireGuard of the kernel's has none, and says nothing any more. */
async function silence(lab: Lab, server: ServerName): Promise<() => Promise<void>> {
	const {namespaces, folders} = lab.description;
	const inside = new Set(processesInside([namespaces[server]]).map(({pid}) => pid));
	const processes = readRecords(folders.processes).filter(record => inside.has(record.pid) && /^(?:wireguard|openvpn)-/.test(record.name));
	if (!processes.some(({name}) => name.startsWith('wireguard-'))) {
		return dropIn(namespaces[server], `chain leaving { type filter hook output priority -311; ${returning(server)} }`);
	}
	const signal = (name: NodeJS.Signals) => processes.filter(isAlive).forEach(({pid}) => process.kill(pid, name));
	signal('SIGSTOP');
	return async () => signal('SIGCONT');
}

const clientTunnels = ({description}: Lab): readonly ProcessRecord[] =>
	processesInside([description.namespaces.client]).filter(({pid}) => ['wireguard-go', 'openvpn'].includes(nameOf(pid)));

function nameOf(pid: number): string {
	try {
		return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
	} catch {
		return '';
	}
}
