/** Text in, trusted configuration out: or every problem at once. Pure. */
import {fail, ok, type Result} from '../result.ts';
import type {Config} from './config.ts';
import {crossFaults} from './cross-checks.ts';
import {judgeNetwork, parseOpenableRange, type Networks} from './parse-addresses.ts';
import {parseLan} from './parse-lan.ts';
import {parseGateway, parseInboundPort, parsePeer} from './parse-permissions.ts';
import {goodEntries} from './parse-text.ts';
import {schema, type Values} from './schema.ts';
import {settingProblem, type Fault, type SettingProblem} from './setting-problem.ts';
import {settings, settingList, type Environment, type SettingId} from './settings.ts';
import {gatherSources, type Source, type Sources} from './sources.ts';
import {readYaml, type ConfigFile} from './yaml-file.ts';

export interface ConfigInput {
	readonly env: Environment;
	/** The YAML file's content; null when there is none. */
	readonly file: ConfigFile | null;
}

export function parseConfig({env, file}: ConfigInput): Result<Config, readonly SettingProblem[]> {
	const written = file === null ? {entries: [], problems: []} : readYaml(file);
	const {sources, problems: naming} = gatherSources(env, written.entries);
	const {values, problems} = parseValues(sources);
	const networks = judgeNetwork(goodEntries(parseOpenableRange, sources.network.text), values.allowUnsafeNetwork ?? false);
	const found = [
		...written.problems,
		...naming,
		...problems,
		...(networks.ok ? [] : networks.error.map(fault => problemAt(sources, 'network', fault))),
		...crossFaults({...values, ...goodLists(sources)}).map(({id, fault}) => problemAt(sources, id, fault)),
	];
	return found.length === 0 && networks.ok && isComplete(values) ? ok(assemble(values, networks.value)) : fail(found);
}

const goodLists = (sources: Sources) => ({
	inboundPorts: goodEntries(parseInboundPort, sources.inboundPorts.text),
	lan: goodEntries(parseLan, sources.lan.text),
	gateway: goodEntries(parseGateway, sources.gateway.text),
	peers: goodEntries(parsePeer, sources.peers.text),
});

/** Each setting on its own: one bad value must not hide what is wrong with another. */
function parseValues(sources: Sources): {readonly values: Partial<Values>; readonly problems: readonly SettingProblem[]} {
	const parsed = settingList.map(({id}) => ({id, result: schema[id].safeParse(sources[id].text)}));
	const values = Object.fromEntries(parsed.flatMap(({id, result}) => (result.success ? [[id, result.data]] : []))) as Partial<Values>;
	const problems = parsed.flatMap(({id, result}) =>
		result.success ? [] : result.error.issues.map(issue => problemAt(sources, id, faultOf(issue, sources[id]))),
	);
	return {values, problems};
}

interface Issue {
	readonly message: string;
	readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/** Our own parsers send the whole fault along; zod's know the message only, and mean the whole text. */
function faultOf(issue: object & Issue, source: Source): Fault {
	const fault = issue.params?.['fault'];
	return isFault(fault) ? fault : {value: source.text, wrong: issue.message};
}

const isFault = (value: unknown): value is Fault => typeof value === 'object' && value !== null && 'wrong' in value;

function problemAt(sources: Sources, id: SettingId, fault: Fault): SettingProblem {
	const {name, where} = sources[id];
	return settingProblem({setting: name, where, fault, form: settings[id].form});
}

const isComplete = (values: Partial<Values>): values is Values => settingList.every(({id}) => id in values);

function assemble(values: Values, networks: Networks): Config {
	const {allowUnsafeNetwork: _allow, configFile: _file, nflogGroup, tunnelMark, replyMark, uplinkTable, tunnelTable, probeMark, probeTable, sourceRate, portRate, openvpnUser: _user, openvpnPassword: _password, openvpnKeyPassword: _passphrase, openvpnUserFile, openvpnPasswordFile, openvpnKeyPasswordFile, gluetunKey: _gluetunKey, gluetunUser: _gluetunUser, gluetunPassword: _gluetunPassword, gluetunKeyFile, gluetunUserFile, gluetunPasswordFile, notifyUrl, notifyFormat, notifyToken: _notifyToken, notifyTokenFile, ...others} = values;
	const {portForward: by, portGateway, portHook, portFile, attach: to, attachInterface, attachEndpoints, attachUid, gluetunUrl, gluetunServers, reconnectCommand, provider: name, nordvpnToken: _token, wireguardKey: _key, nordvpnTokenFile, wireguardKeyFile, wireguardAddresses, countries, cities, group, randomTop, nordvpnApi, mullvadApi, ...rest} = others;
	const secretFiles = {user: openvpnUserFile, password: openvpnPasswordFile, passphrase: openvpnKeyPasswordFile, nordvpnToken: nordvpnTokenFile, wireguardKey: wireguardKeyFile, gluetunKey: gluetunKeyFile, gluetunUser: gluetunUserFile, gluetunPassword: gluetunPasswordFile, notifyToken: notifyTokenFile};
	const provider = {name, countries, cities, groups: group, randomTop, addresses: wireguardAddresses, api: {nordvpn: nordvpnApi, mullvad: mullvadApi}};
	const attach = to === 'off' ? null : {to, interface: attachInterface, endpoints: attachEndpoints, uid: attachUid, gluetun: {address: gluetunUrl, offers: gluetunServers}, command: reconnectCommand};
	const notify = notifyUrl === null ? null : {url: notifyUrl.url, format: notifyUrl.isNtfy ? 'ntfy' as const : notifyFormat};
	// Asked in the operator's order, each once.
	const resolvers = [...new Set(rest.resolvers)];
	const portForward = {by, gateway: portGateway, hook: portHook, file: portFile};
	return {...rest, ...networks, secretFiles, provider, attach, notify, resolvers, portForward, inboundRates: {perSource: sourceRate, perPort: portRate}, numbers: {tunnelMark, replyMark, uplinkTable, tunnelTable, probeMark, probeTable, nflogGroup}};
}
