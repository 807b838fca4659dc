/** The settings of health: who is asked whether the tunnel carries, and what follows when it does not. */
import type {Setting} from './setting.ts';

export const healthSettings = {
	healthTargets: {
		name: 'VKS_HEALTH_TARGETS',
		key: 'health_targets',
		default: 'auto',
		many: true,
		meaning: "Who is asked through the tunnel whether it carries: an address is pinged, one with a port is connected to. `auto` asks the tunnel's own resolvers; `off` asks nobody.",
		form: 'Write auto, off, or addresses such as 10.64.0.1, 1.1.1.1:443 or [2606:4700::1111]:443.',
		example: '10.64.0.1,1.1.1.1:443',
	},
	failover: {
		name: 'VKS_FAILOVER',
		key: 'failover',
		default: 'auto',
		meaning: 'After how many failed connections in a row the next server stands in; the chosen one stays the target and is tried again whenever a connection is made. `auto`: 2, but never where `VKS_SERVER` names the server; `off`: never.',
		form: 'Write auto, off, or a number from 1 to 20.',
		example: '3',
	},
} as const satisfies Record<string, Setting>;
