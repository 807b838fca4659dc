/** What is another thing beside somebody else's tunnel: who reads the network, who is asked, and what is left alone. */
import type {AttachWish, Config} from '../../config/config.ts';
import type {Secrets} from '../../config/secrets.ts';
import type {Kernel} from '../../kernel/kernel.ts';
import {parseIp} from '../../net/address.ts';
import type {Attached} from '../../policy/policy.ts';
import type {Problem} from '../../problem.ts';
import {ok, type Result} from '../../result.ts';
import {attachedTunnel, type AttachedEntry} from '../../tunnel/attached.ts';
import {commandOwner} from '../../tunnel/command-owner.ts';
import {gluetunAsker} from '../../tunnel/gluetun/ask.ts';
import type {GluetunOffer} from '../../tunnel/gluetun/choice.ts';
import {gluetunClient} from '../../tunnel/gluetun/client.ts';
import {gluetunOwner} from '../../tunnel/gluetun/owner.ts';
import type {TunnelOwner} from '../../tunnel/owner.ts';
import type {ServerEntry} from '../../tunnel/tunnel.ts';
import type {Clock} from '../clock.ts';
import type {Recalled} from '../intent-text.ts';
import type {NetworkKeeper} from '../network-keeper.ts';
import type {ResolvKeeper} from '../resolv-keeper.ts';
import type {SysctlKeeper} from '../sysctl-keeper.ts';
import {attachedNetworkKeeper} from './network.ts';

export interface Guarding {
	readonly network: NetworkKeeper;
	readonly readServers: () => Promise<Result<readonly ServerEntry[], Problem>>;
	/** There is no folder that could change. */
	readonly stampServers: () => Promise<string>;
	readonly owner: TunnelOwner;
	/** What an earlier run wanted, of the servers there are here: a lockdown stays one. */
	wanted(recalled: Recalled): Recalled;
	attached(): Attached;
	/** Whether there is a tunnel that may be verified. */
	isUp(): boolean;
}

export interface GuardingDeps {
	readonly kernel: Kernel;
	readonly config: Config;
	readonly clock: Pick<Clock, 'now' | 'sleep'>;
	readonly secrets: Pick<Secrets, 'gluetun'>;
}

/** Those that Gluetun's own resolver asks over TLS when nobody tells it others (DNS_UPSTREAM_RESOLVERS: Cloudflare). */
const gluetunsResolvers = ['1.1.1.1', '1.0.0.1', '2606:4700:4700::1111', '2606:4700:4700::1001'].flatMap(text => parseIp(text) ?? []);

/** Null where the tunnels are ours. */
export function guardingFor({kernel, config, clock, secrets}: GuardingDeps): Guarding | null {
	const wish = config.attach;
	if (wish === null) return null;
	const network = attachedNetworkKeeper(kernel, config);
	const owner = ownerFor(wish, kernel, secrets);
	const tunnel = attachedTunnel({
		to: wish.to, interface: wish.interface, owner, devices: kernel.devices, now: clock.now, sleep: clock.sleep,
		entries: [{id: wish.to, city: null, country: null}, ...offersOf(wish).map(entryOf)],
		links: network.links,
		readLinks() {
			const read = kernel.network.links();
			return read.ok ? read.value : network.links();
		},
		named: wish.endpoints.map(endpoint => ({endpoint, mark: null, uid: wish.uid, by: 'setting'})),
		resolvers: config.resolvers.length > 0 || wish.to === 'external' ? config.resolvers : gluetunsResolvers,
		families: config.ipv6 === 'block' ? [4] : [4, 6],
	});
	return {
		network, owner,
		attached: tunnel.attached,
		isUp: tunnel.isUp,
		readServers: async () => ok(tunnel.servers.map(server => ({ok: true, server}))),
		stampServers: async () => '',
		wanted(recalled) {
			if (recalled.kind !== 'target' || recalled.target.kind === 'none' || recalled.target.server === null) return recalled;
			const {target} = recalled;
			return tunnel.servers.some(({id}) => id === target.server) ? recalled : {kind: 'target', target: {...target, server: wish.to}};
		},
	};
}

const offersOf = ({to, gluetun: {offers}}: AttachWish): readonly GluetunOffer[] => (to === 'gluetun' ? offers : []);
const entryOf = ({id, choice: {by, value}}: GluetunOffer): AttachedEntry => ({id, city: by === 'city' ? value : null, country: by === 'country' ? value : null});

function ownerFor(wish: AttachWish, {runProgram}: Pick<Kernel, 'runProgram'>, secrets: Pick<Secrets, 'gluetun'>): TunnelOwner {
	const {to, command, gluetun: {address, offers}} = wish;
	const owner = to === 'external' ? commandOwner({argv: command, run: runProgram}) : gluetunOwner({id: to, offers, client: gluetunClient(gluetunAsker({address, account: secrets.gluetun}))});
	return offersOf(wish).length > 0 ? owner : {...owner, mayChoose: async () => chosenByOwner(to)};
}

const chosenByOwner = (to: AttachWish['to']): Problem => ({
	code: 'no-server', severity: 'error', stillBlocking: true,
	what: to === 'gluetun' ? 'The tunnel is Gluetun\'s (VKS_ATTACH), and vks was not told what it may have Gluetun select.' : 'The tunnel is somebody else\'s (VKS_ATTACH), and vks cannot tell its owner to choose another server.',
	next: to === 'gluetun' ? 'Set VKS_GLUETUN_SERVERS, such as Sweden; zurich=city:Zurich; or choose in Gluetun itself: vks follows the device.' : 'Choose it there: vks follows the device, and stays blocked meanwhile.',
});

/** The tunnels are ours. */
export const noOwner: Pick<TunnelOwner, 'mayReconnect' | 'mayChoose'> = {mayReconnect: async () => null, mayChoose: async () => null};

/** The sysctls are the owner's. */
export const noSysctls: SysctlKeeper = {keep: () => ({problems: [], filtering: [], unset: [], repairs: 0})};

/** And so is resolv.conf. */
export const noResolv: ResolvKeeper = {point: () => undefined, check: () => ({due: false, differs: null, repaired: null}), repairs: () => 0};
