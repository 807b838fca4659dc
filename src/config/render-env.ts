/** The inverse of parsing: the environment that yields a configuration. */
import type {Config, InboundPort, ManagementPath, PeerPermission, ProviderWish} from './config.ts';
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
		...providerText(config.provider),
		[settings.network.name]: config.network.join(';'),
		[settings.allowUnsafeNetwork.name]: config.unsafeNetwork.length > 0 ? 'yes-i-know' : '',
		[settings.lan.name]: config.lan.map(lanText).join('; '),
		[settings.resolvers.name]: config.resolvers.join(';'),
		[settings.dockerDns.name]: yesOrNo(config.dockerDns),
		[settings.latency.name]: yesOrNo(config.latency),
		[settings.ipv6.name]: config.ipv6,
		[settings.inboundPorts.name]: config.inboundPorts.map(inboundText).join('; '),
		[settings.sourceRate.name]: String(config.inboundRates.perSource ?? 'off'),
		[settings.portRate.name]: String(config.inboundRates.perPort ?? 'off'),
		[settings.peers.name]: config.peers.map(peerText).join('; '),
		[settings.gateway.name]: config.gateway.map(({interface: device, range}) => `${device} ${range}`).join('; '),
		[settings.management.name]: config.management === null ? '' : managementText(config.management),
		[settings.uplink.name]: config.uplink,
		[settings.tunnelInterface.name]: config.tunnelInterface,
		[settings.dhcp.name]: yesOrNo(config.dhcp),
		[settings.exitUrl.name]: config.exitUrl ?? 'off',
		[settings.rttEveryMs.name]: config.rttEveryMs === null ? 'off' : `${config.rttEveryMs / 1000}s`,
		[settings.drillEveryMs.name]: config.drillEveryMs === null ? 'off' : `${config.drillEveryMs / 1000}s`,
		[settings.drillOnLeak.name]: config.drillOnLeak,
		[settings.drillWhoami.name]: config.drillWhoami ?? '',
		[settings.stateFolder.name]: config.stateFolder,
		[settings.runFolder.name]: config.runFolder,
		[settings.resolvConf.name]: config.resolvConf,
		[settings.firewallBackend.name]: config.firewallBackend,
		[settings.logLevel.name]: config.logLevel,
		[settings.nflogGroup.name]: String(numbers.nflogGroup),
		[settings.tunnelMark.name]: hex(numbers.tunnelMark),
		[settings.replyMark.name]: hex(numbers.replyMark),
		[settings.uplinkTable.name]: String(numbers.uplinkTable),
		[settings.tunnelTable.name]: String(numbers.tunnelTable),
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

const yesOrNo = (value: boolean): string => (value ? 'yes' : 'no');
const hex = (value: number): string => `0x${value.toString(16)}`;
const inboundText = ({port, transport, on, from}: InboundPort): string =>
	[`${port}/${transport}@${on}`, ...(from.length > 0 ? ['from', ...from] : [])].join(' ');
const peerText = (peer: PeerPermission): string => [peer.interface, peer.destination, peer.transport, peer.port].join(' ');
const managementText = ({from, port}: ManagementPath): string => ['tcp', port, 'from', ...from].join(' ');
