/** What has to be so before the host's own network is closed: somebody is logged in there, and must be able to come back. */
import type {Config, ManagementPath} from '../config/config.ts';
import {settings} from '../config/settings.ts';
import type {Kernel} from '../kernel/kernel.ts';
import type {SshSession} from '../kernel/ssh-session.ts';
import {cidrContains} from '../net/cidr.ts';
import {chooseUplink} from '../policy/uplink.ts';
import type {Problem} from '../problem.ts';

export const hostNetwork: Problem = {
	code: 'host-namespace',
	severity: 'error',
	what: 'This is the host\'s own network: vks would close it, and with it the session that you read this in. Nothing was changed.',
	stillBlocking: 'unknown',
	next: 'Start vks in a container or a network namespace of its own; `vks run --host` if you mean the host.',
};

/** Null where it may be closed: nobody came by SSH, or the way they came stays open, also in lockdown. */
export function hostRefusal({management}: Pick<Config, 'management'>, session: SshSession | null): Problem | null {
	if (session === null || (management !== null && letsIn(management, session))) return null;
	const {client, port} = session;
	return {
		...hostNetwork,
		what: `You are logged in by SSH from ${client} to port ${port}, and ${settings.management.name} does not let you in there: on the host's own network you would be locked out. Nothing was changed.`,
		next: `Set ${settings.management.name}="tcp ${port} from ${client}", which stays open in lockdown too. The connections that come in by it go on.`,
	};
}

/** The way in is open on the uplink alone. Null where they came by it, or that cannot be told. */
export function otherLinkRefusal({network}: Pick<Kernel, 'network'>, config: Pick<Config, 'uplink' | 'numbers'>, session: SshSession | null): Problem | null {
	const links = network.links();
	const routes = network.routes([config.numbers.uplinkTable]);
	if (session === null || !links.ok || !routes.ok) return null;
	const {uplink} = chooseUplink({links: links.value, routes: routes.value, tunnels: [], configured: config.uplink, uplinkTable: config.numbers.uplinkTable, previous: null});
	const link = links.value.find(({addresses}) => addresses.some(({address}) => address === session.server));
	if (uplink === null || link === undefined || link.loopback || link.name === uplink.name) return null;
	return {
		...hostNetwork,
		what: `You are logged in by ${link.name} (${session.server}), and ${settings.management.name} lets in by the uplink alone, which is ${uplink.name}: on the host's own network you would be locked out. Nothing was changed.`,
		next: `Log in by ${uplink.name}, or name the other one with ${settings.uplink.name}=${link.name} if the VPN can be reached by it.`,
	};
}

const letsIn = ({port, from}: ManagementPath, session: SshSession): boolean => port === session.port && from.some(range => cidrContains(range, session.client));
