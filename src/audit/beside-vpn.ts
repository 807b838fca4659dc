/** Who shares a network with a VPN, who waits for it, and who should be behind it and is not. Pure. */
import {sentence} from '../sentence.ts';
import {finding, type Finding} from './finding.ts';
import {isPeerToPeer, isVks, isVpn} from './image-kinds.ts';
import {companionsOf, type Project, type Service} from './service.ts';

export function besideFindings(service: Service, project: Project): readonly Finding[] {
	if (isVpn(service)) return [];
	const companions = companionsOf(service, project);
	const guards = companions.filter(isVpn);
	const [guard] = guards;
	if (guard === undefined) return outsideFindings(service, project);
	const isHolder = service.network.kind !== 'shared';
	return [capabilityFinding(service, guard), isHolder ? null : waitingFinding(service, guards)].filter(each => each !== null);
}

const has = (names: readonly string[], capability: string): boolean => names.includes(capability) || names.includes('ALL');

function capabilityFinding({called, place, after, capAdd, capDrop, capProof, privileged}: Service, {name}: Service): Finding | null {
	if (has(capAdd, 'NET_ADMIN') && !capDrop.includes('NET_ADMIN') || privileged !== null) {
		return finding({
			id: 'beside-net-admin', severity: 'high', what: `${sentence(called)} shares the network of ${name} and has NET_ADMIN.`, proof: privileged ?? capProof,
			risk: 'It can change routes and rules, and send everything past the tunnel.',
			fix: `${place}: remove NET_ADMIN from \`cap_add\`${privileged === null ? '' : ' and `privileged: true`'}${after}.`,
		});
	}
	if (has(capDrop, 'NET_RAW') && !capAdd.includes('NET_RAW')) return null;
	const added = has(capAdd, 'NET_RAW');
	return finding({
		id: 'beside-net-raw', severity: added ? 'medium' : 'low', what: `${sentence(called)} shares the network of ${name} and has NET_RAW${added ? '' : ', which engines give to who does not drop it'}.`, proof: capProof,
		risk: 'It can send raw frames past a firewall that only looks at output, and listen to all of the namespace.',
		fix: `${place}: \`cap_drop: [NET_RAW]\`${added ? ', and remove it from `cap_add`' : ''}${after}.`,
	});
}

function waitingFinding({called, place, after, dependsOn, proof}: Service, guards: readonly Service[]): Finding | null {
	const names = guards.map(({name}) => name);
	if (dependsOn === null || dependsOn.some(({name, condition}) => names.includes(name) && condition === 'service_healthy')) return null;
	const guarded = guards.some(isVks);
	const guard = (guards.find(isVks) ?? guards[0])?.name ?? '';
	const stated = dependsOn.find(({name}) => names.includes(name));
	return finding({
		id: 'not-waiting', severity: guarded ? 'low' : 'medium', what: `${sentence(called)} does not wait until ${guard} is healthy.`,
		proof: `${proof}: depends_on ${stated === undefined ? `does not name ${guard}` : `${stated.name}, ${stated.condition}`}`,
		risk: guarded ? 'It starts before there is a tunnel, and its first connections are refused.' : 'It starts before there is a tunnel, and may send before the VPN container closed its network.',
		fix: `${place}: \`depends_on: {${guard}: {condition: service_healthy}}\`${after}.`,
	});
}

function outsideFindings(service: Service, project: Project): readonly Finding[] {
	const vpn = project.services.find(isVks) ?? project.services.find(isVpn);
	if (vpn === undefined || !isPeerToPeer(service)) return [];
	const to = companionsOf(vpn, project).find(({network}) => network.kind !== 'shared')?.name ?? vpn.name;
	return [finding({
		id: 'outside-vpn', severity: 'medium', what: `${sentence(service.called)} is a peer-to-peer client beside ${vpn.name}, and not behind it.`, proof: `${service.proof}: image ${service.image}, no \`network_mode: service:${to}\``,
		risk: 'Everybody it talks to sees the host\'s own address.',
		fix: `${service.place}: \`network_mode: service:${to}\` instead of \`networks\` and \`ports\`, which go to ${to}, and \`depends_on: {${vpn.name}: {condition: service_healthy}}\`${service.after}.`,
	})];
}
