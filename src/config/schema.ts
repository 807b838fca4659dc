/** What each setting's text must be, and the typed value it becomes. */
import {z} from 'zod';
import {ok} from '../result.ts';
import {parseAttachEndpoint, parseAttachInterface, parseGluetunServer, parseGluetunUrl} from './parse-attach.ts';
import {parseOpenableRange, parseResolver} from './parse-addresses.ts';
import {parseCommand} from './parse-command.ts';
import {parseWhoami} from './parse-drill.ts';
import {parseEgress} from './parse-egress.ts';
import {everyOrOff, length} from './parse-every.ts';
import {parseFailover, parseHealthTargets} from './parse-health.ts';
import {parseExitUrl, parseOptionalPath, parsePath, parseRunFolder, parseServer, parseTunnelInterface, parseUnsafeOverride, parseUplink} from './parse-paths.ts';
import {parseLan} from './parse-lan.ts';
import {parsePortGateway} from './parse-port.ts';
import {parseGateway, parseInboundPort, parseManagement, parsePeer} from './parse-permissions.ts';
import {parseApiAddresses, parseGroup, parsePlace, parseTunnelAddresses} from './parse-provider.ts';
import {parseMetrics, parseNotifyUrl} from './parse-readers.ts';
import {parseSecret} from './parse-secret.ts';
import {choice, listOf, numberOrOff, textSchema, wholeNumber, yesOrNo, type Parsed} from './parse-text.ts';
import type {SettingId} from './settings.ts';

/** Judged where it is taken, and only when a provider is named: a name as short as TOKEN may be meant for somebody else. */
const anything = (text: string): Parsed<string> => ok(text);
const path = textSchema(parsePath);
const mark = wholeNumber({least: 1, most: 0xffff_ffff});
const table = wholeNumber({least: 1, most: 0xffff_ffff})
	// 253 to 255 are default, main and local; 252 stands for "see the attribute" (RT_TABLE_COMPAT, linux/rtnetlink.h).
	.refine(number => number < 252 || number > 255, {error: 'is a table of the kernel itself'});

export const schema = {
	tunnelFolder: path,
	server: textSchema(parseServer),
	provider: choice(['folder', 'nordvpn', 'mullvad']),
	nordvpnToken: textSchema(anything),
	nordvpnTokenFile: textSchema(parseOptionalPath),
	wireguardKey: textSchema(anything),
	wireguardKeyFile: textSchema(parseOptionalPath),
	wireguardAddresses: textSchema(parseTunnelAddresses),
	countries: textSchema(listOf(parsePlace)),
	cities: textSchema(listOf(parsePlace)),
	group: textSchema(parseGroup),
	randomTop: wholeNumber({least: 0, most: 200}),
	nordvpnApi: textSchema(parseApiAddresses),
	mullvadApi: textSchema(parseApiAddresses),
	rotateEveryMs: textSchema(everyOrOff('5m', '30d')),
	keyMaxAgeMs: textSchema(everyOrOff('1d', '3650d')),
	rotateBy: choice(['rank', 'random']),
	openvpnUser: textSchema(parseSecret),
	openvpnUserFile: textSchema(parseOptionalPath),
	openvpnPassword: textSchema(parseSecret),
	openvpnPasswordFile: textSchema(parseOptionalPath),
	openvpnKeyPassword: textSchema(parseSecret),
	openvpnKeyPasswordFile: textSchema(parseOptionalPath),
	attach: choice(['off', 'gluetun', 'external']),
	attachInterface: textSchema(parseAttachInterface),
	attachEndpoints: textSchema(listOf(parseAttachEndpoint)),
	attachUid: wholeNumber({least: 0, most: 0xffff_fffe}),
	reconnectCommand: textSchema(parseCommand),
	gluetunUrl: textSchema(parseGluetunUrl),
	gluetunServers: textSchema(listOf(parseGluetunServer)),
	gluetunKey: textSchema(anything),
	gluetunKeyFile: textSchema(parseOptionalPath),
	gluetunUser: textSchema(anything),
	gluetunUserFile: textSchema(parseOptionalPath),
	gluetunPassword: textSchema(anything),
	gluetunPasswordFile: textSchema(parseOptionalPath),
	network: textSchema(listOf(parseOpenableRange)),
	lan: textSchema(listOf(parseLan)),
	egress: textSchema(listOf(parseEgress)),
	allowUnsafeNetwork: textSchema(parseUnsafeOverride),
	resolvers: textSchema(listOf(parseResolver)),
	dockerDns: yesOrNo,
	latency: yesOrNo,
	ipv6: choice(['auto', 'block']),
	inboundPorts: textSchema(listOf(parseInboundPort)),
	sourceRate: numberOrOff({least: 1, most: 100_000}),
	portRate: numberOrOff({least: 1, most: 100_000}),
	portForward: choice(['off', 'nat-pmp']),
	portGateway: textSchema(parsePortGateway),
	portHook: textSchema(parseCommand),
	portFile: textSchema(parseOptionalPath),
	peers: textSchema(listOf(parsePeer)),
	gateway: textSchema(listOf(parseGateway)),
	management: textSchema(parseManagement),
	uplink: textSchema(parseUplink),
	tunnelInterface: textSchema(parseTunnelInterface),
	dhcp: yesOrNo,
	exitUrl: textSchema(parseExitUrl),
	rttEveryMs: textSchema(everyOrOff('2s', '1h')),
	healthTargets: textSchema(parseHealthTargets),
	failover: textSchema(parseFailover),
	drillEveryMs: textSchema(everyOrOff('1m', '30d')),
	drillOnLeak: choice(['lockdown', 'report']),
	drillWhoami: textSchema(parseWhoami),
	metrics: textSchema(parseMetrics),
	notifyUrl: textSchema(parseNotifyUrl),
	notifyFormat: choice(['json', 'ntfy']),
	notifyToken: textSchema(anything),
	notifyTokenFile: textSchema(parseOptionalPath),
	stateFolder: path,
	runFolder: textSchema(parseRunFolder),
	resolvConf: path,
	firewallBackend: choice(['auto', 'libnftables', 'nft']),
	logLevel: choice(['debug', 'info', 'warn', 'error']),
	keepMs: textSchema(length('1m', '365d')),
	keepDrops: wholeNumber({least: 0, most: 10_000}),
	keepJournal: wholeNumber({least: 0, most: 20_000}),
	journalTo: choice(['log', 'memory']),
	nflogGroup: wholeNumber({least: 1, most: 0xffff}),
	tunnelMark: mark,
	replyMark: mark,
	uplinkTable: table,
	tunnelTable: table,
	probeMark: wholeNumber({least: 1, most: 0xffff_fffe}),
	probeTable: wholeNumber({least: 1, most: 0xffff_fffe}).refine(number => number < 251 || number > 255, {error: 'is a table of the kernel itself, or the next one is'}),
	configFile: path,
} as const satisfies Record<SettingId, z.ZodType<unknown, string>>;

export const valuesSchema = z.object(schema);
export type Values = z.output<typeof valuesSchema>;
