/**
 * Beside a tunnel that somebody else owns: its owner may reach the tunnel's server, and nobody else. These stand outside a
 * lockdown whether the tunnel is there or not, because its owner cannot wait for us to ask for each attempt.
 */
import {hostCidr} from '../net/cidr.ts';
import {accept, reject} from './build.ts';
import type {Context} from './context.ts';
import type {Match, OwnersEndpoint, Rule} from './policy.ts';

export function attachedOut({attached, uplink}: Context): readonly Rule[] {
	if (attached === null || uplink === null) return [];
	return attached.endpoints.map((owners, index) => accept(
		`attached-out-${index + 1}`,
		{...tuple(owners), outInterface: [uplink], ...markOf(owners), ...(owners.uid === null ? {} : {uid: owners.uid})},
		'The outer packets of the tunnel that is guarded, to its server.',
		settingOf(owners),
	));
}

/** Neither the uid nor whether the kernel itself sends is known at the egress hook. */
export function attachedEgress({attached, uplink}: Context): readonly Rule[] {
	if (attached === null || uplink === null) return [];
	return attached.endpoints.map((owners, index) => accept(
		`egress-attached-${index + 1}`,
		{...tuple(owners), outInterface: [uplink], ...markOf(owners)},
		'The outer packets of the tunnel that is guarded, to its server.',
		settingOf(owners),
	));
}

export function attachedIn({attached, uplink}: Context): readonly Rule[] {
	if (attached === null || uplink === null) return [];
	return attached.endpoints.map((owners, index) => accept(
		`attached-in-${index + 1}`,
		{inInterface: [uplink], source: [hostCidr(owners.endpoint.address)], protocol: [owners.endpoint.transport], sourcePorts: [owners.endpoint.port], connection: ['established']},
		'The server\'s answers to the tunnel that is guarded.',
		settingOf(owners),
	));
}

/** As with a tunnel of our own, where the owner's packets bear a mark to tell them by. */
export function attachedLoopRefusal({attached}: Context): readonly Rule[] {
	if (attached === null || attached.interface === null) return [];
	const marks = [...new Set(attached.endpoints.flatMap(({mark}) => mark ?? []))];
	const outInterface = [attached.interface];
	return marks.map((mark, index) => reject(`refuse-attached-loop-${index + 1}`, {outInterface, mark}, 'A tunnel packet inside the tunnel is a loop.', 'VKS_ATTACH'));
}

const tuple = ({endpoint: {address, port, transport}}: OwnersEndpoint): Match => ({destination: [hostCidr(address)], protocol: [transport], destinationPorts: [port]});

const markOf = ({mark}: OwnersEndpoint): Pick<Match, 'mark'> => (mark === null ? {} : {mark});

const settingOf = ({by}: OwnersEndpoint): string => (by === 'device' ? 'VKS_ATTACH' : 'VKS_ATTACH_ENDPOINTS');
