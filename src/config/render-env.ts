/** The inverse of parsing: the environment that yields a configuration. */
import {entryText} from '../egress/egress-policy.ts';
import {offerText} from '../tunnel/gluetun/choice.ts';
import {formatEndpoint} from '../net/port.ts';
import type {AttachWish, Config, InboundPort, ManagementPath, PeerPermission, ProviderWish} from './config.ts';
import {listenPlaceText} from './listen-place.ts';
import {commandText} from './parse-command.ts';
import {healthTargetText} from './parse-health.ts';
import {lanText} from './parse-lan.ts';
import {settings} from './settings.ts';

/** Complete but for secrets: no default is left to chance. Unset settings are empty text, which parsing takes as not set. */
export function renderEnvironment(config: Config): Readonly<Record<string, string>> {
	const {numbers} = config;
	return {
		[settings.tunnelFolder.name]: config.tunnelFolder,
		[settings.server.name]: config.server ?? '',
		[settings.openvpnUserFile.name]: config.secretFiles.user ?? '',
		[settings.openvpnPasswordFile.name]: config.secretFiles.password ?? '',
		[settings.openvpnKeyPasswordFile.name]: config.secretFiles.passphrase ?? '',
		[settings.nordvpnTokenFile.name]: config.secretFiles.nordvpnToken ?? '',
		[settings.wireguardKeyFile.name]: config.secretFiles.wireguardKey ?? '',
		[settings.gluetunKeyFile.name]: config.secretFiles.gluetunKey ?? '',
		[settings.gluetunUserFile.name]: config.secretFiles.gluetunUser ?? '',
		[settings.gluetunPasswordFile.name]: config.secretFiles.gluetunPassword ?? '',
		...attachText(config.attach),
		...providerText(config.provider),
		[settings.network.name]: config.network.join(';'),
		[settings.allowUnsafeNetwork.name]: config.unsafeNetwork.length > 0 ? 'yes-i-know' : '',
		[settings.lan.name]: config.lan.map(lanText).join('; '),
		[settings.egress.name]: config.egress.map(entryText).join('; '),
		[settings.resolvers.name]: config.resolvers.join(';'),
		[settings.dockerDns.name]: yesOrNo(config.dockerDns),
		[settings.rotateEveryMs.name]: config.rotateEveryMs === null ? 'off' : `${config.rotateEveryMs / 1000}s`,
		[settings.keyMaxAgeMs.name]: config.keyMaxAgeMs === null ? 'off' : lengthText(config.keyMaxAgeMs),
		[settings.rotateBy.name]: config.rotateBy,
		[settings.latency.name]: yesOrNo(config.latency),
		[settings.ipv6.name]: config.ipv6,
		[settings.inboundPorts.name]: config.inboundPorts.map(inboundText).join('; '),
		[settings.sourceRate.name]: String(config.inboundRates.perSource ?? 'off'),
		[settings.portRate.name]: String(config.inboundRates.perPort ?? 'off'),
		[settings.portForward.name]: config.portForward.by,
		[settings.portGateway.name]: config.portForward.gateway ?? '',
		[settings.portHook.name]: commandText(config.portForward.hook),
		[settings.portFile.name]: config.portForward.file ?? '',
		[settings.peers.name]: config.peers.map(peerText).join('; '),
		[settings.gateway.name]: config.gateway.map(({interface: device, range}) => `${device} ${range}`).join('; '),
		[settings.management.name]: config.management === null ? '' : managementText(config.management),
		[settings.uplink.name]: config.uplink,
		[settings.tunnelInterface.name]: config.tunnelInterface,
		[settings.dhcp.name]: yesOrNo(config.dhcp),
		[settings.exitUrl.name]: config.exitUrl ?? 'off',
		[settings.rttEveryMs.name]: config.rttEveryMs === null ? 'off' : `${config.rttEveryMs / 1000}s`,
		[settings.healthTargets.name]: config.healthTargets === 'auto' ? 'auto' : config.healthTargets.map(healthTargetText).join(';') || 'off',
		[settings.failover.name]: String(config.failover ?? 'off'),
		[settings.drillEveryMs.name]: config.drillEveryMs === null ? 'off' : `${config.drillEveryMs / 1000}s`,
		[settings.drillOnLeak.name]: config.drillOnLeak,
		[settings.drillWhoami.name]: config.drillWhoami ?? '',
		[settings.metrics.name]: listenPlaceText(config.metrics),
		[settings.notifyUrl.name]: config.notify?.url ?? '',
		[settings.notifyFormat.name]: config.notify?.format ?? '',
		[settings.notifyTokenFile.name]: config.secretFiles.notifyToken ?? '',
		[settings.stateFolder.name]: config.stateFolder,
		[settings.runFolder.name]: config.runFolder,
		[settings.resolvConf.name]: config.resolvConf,
		[settings.firewallBackend.name]: config.firewallBackend,
		[settings.logLevel.name]: config.logLevel,
		[settings.keepMs.name]: lengthText(config.keepMs),
		[settings.keepDrops.name]: String(config.keepDrops),
		[settings.keepJournal.name]: String(config.keepJournal),
		[settings.journalTo.name]: config.journalTo,
		[settings.nflogGroup.name]: String(numbers.nflogGroup),
		[settings.tunnelMark.name]: hex(numbers.tunnelMark),
		[settings.replyMark.name]: hex(numbers.replyMark),
		[settings.uplinkTable.name]: String(numbers.uplinkTable),
		[settings.tunnelTable.name]: String(numbers.tunnelTable),
		[settings.probeMark.name]: hex(numbers.probeMark),
		[settings.probeTable.name]: String(numbers.probeTable),
	};
}

const providerText = ({name, countries, cities, groups, randomTop, addresses, api}: ProviderWish): Readonly<Record<string, string>> => ({
	[settings.provider.name]: name,
	[settings.wireguardAddresses.name]: addresses.map(({address, prefixLength}) => `${address}/${prefixLength}`).join(';'),
	[settings.countries.name]: countries.join(';'),
	[settings.cities.name]: cities.join(';'),
	[settings.group.name]: groups.join(';'),
	[settings.randomTop.name]: String(randomTop),
	[settings.nordvpnApi.name]: api.nordvpn.join(';'),
	[settings.mullvadApi.name]: api.mullvad.join(';'),
});

const attachText = (wish: AttachWish | null): Readonly<Record<string, string>> => (wish === null ? {[settings.attach.name]: 'off'} : {
	[settings.attach.name]: wish.to,
	[settings.attachInterface.name]: wish.interface ?? '',
	[settings.attachEndpoints.name]: wish.endpoints.map(endpoint => `${formatEndpoint(endpoint)}/${endpoint.transport}`).join(';'),
	[settings.attachUid.name]: String(wish.uid),
	[settings.gluetunUrl.name]: `http://${formatEndpoint({address: wish.gluetun.address.host, port: wish.gluetun.address.port})}`,
	[settings.gluetunServers.name]: wish.gluetun.offers.map(offerText).join(';'),
	[settings.reconnectCommand.name]: commandText(wish.command),
});

const yesOrNo = (value: boolean): string => (value ? 'yes' : 'no');
const hex = (value: number): string => `0x${value.toString(16)}`;
const inboundText = ({port, transport, on, from}: InboundPort): string =>
	[`${port}/${transport}@${on}`, ...(from.length > 0 ? ['from', ...from] : [])].join(' ');
const peerText = (peer: PeerPermission): string => [peer.interface, peer.destination, peer.transport, peer.port].join(' ');
const managementText = ({from, port}: ManagementPath): string => ['tcp', port, 'from', ...from].join(' ');

/** In the largest unit that it is a whole number of: seconds of ten years have more digits than a setting takes. */
function lengthText(ms: number): string {
	const [unitMs, unit] = ([[86_400_000, 'd'], [3_600_000, 'h'], [60_000, 'm']] as const).find(([each]) => ms % each === 0) ?? [1000, 's'];
	return `${ms / unitMs}${unit}`;
}
