/**
 * A compose overlay by which some services reach names through one proxy, and nothing else: a network without a way out, on
 * which the names are aliases of the proxy, and another for the proxy alone. Pure: the same words make the same text.
 */
import {patternText} from '../name.ts';
import {portsIn, type EgressPolicy} from '../egress-policy.ts';
import type {Base, Governed, Neighbour} from './base.ts';
import {healthPort, proxyFolder, renderLoneProxy} from './conf.ts';
import {groupNames, overlayFile} from './group.ts';

export interface OverlayWanted {
	/** As the operator named it. */
	readonly path: string;
	readonly group: string;
	readonly entries: EgressPolicy;
	readonly resolvers: readonly string[];
	readonly image: string;
}

/** Nobody's, as in the image; whoever may write nothing and has no capability needs no name. */
const proxyUser = '64530:64530';

export function renderOverlay({governed, beside, within, version, caveats}: Base, wanted: OverlayWanted): string {
	const {group} = wanted;
	return [
		`# Written by \`vks egress compose\`. Lay it over ${wanted.path}, never without:`,
		`#   docker compose -f ${wanted.path} -f ${overlayFile(group)} up -d`,
		`# ${governed.map(({name}) => name).join(', ')}: nothing outside but`,
		...reachLines(wanted.entries).map(line => `#   ${line}`),
		...(governed.some(({says}) => says.networks || says.dns) ? ['# It needs Docker Compose 2.24.4: an older one does not know `!override`, and refuses the file.'] : []),
		...caveats.flatMap(({kind, what, next}) => [`# ${kind === 'open' ? 'NOT HELD' : 'Lost'}: ${what}`, `#   ${next}`]),
		...(version === null ? [] : [`version: ${JSON.stringify(version)}`]),
		'services:',
		...indent(governed.flatMap(service => serviceLines(service, group))),
		...indent(within.flatMap(withinLines)),
		...indent(beside.flatMap(service => besideLines(service, group))),
		...indent(proxyLines(wanted)),
		'networks:',
		...indent(networkLines(group)),
		'',
	].join('\n');
}

const reachLines = (entries: EgressPolicy): readonly string[] => namesOf(entries).map(name => `${name} at port ${portsIn(entries.filter(({pattern}) => patternText(pattern) === name)).join(', ')}`);
const namesOf = (entries: EgressPolicy): readonly string[] => [...new Set(entries.map(({pattern}) => patternText(pattern)))].toSorted();

function serviceLines({name, says}: Governed, group: string): readonly string[] {
	const {inside, proxy} = groupNames(group);
	return [
		`${word(name)}:`,
		`  networks: ${says.networks ? '!override ' : ''}[${inside}]`,
		// Before Docker 23.0.11, 25.0.5 and 26.0 the engine asks outside for them, even here (CVE-2024-29018).
		'  # Nobody answers there: what is no name of this network does not exist.',
		`  dns: ${says.dns ? '!override ' : ''}[127.0.0.1]`,
		'  # Without it no packet can be made that the proxy is to pass on as a router.',
		'  cap_drop: [NET_RAW]',
		'  depends_on:',
		`    ${proxy}: {condition: service_healthy}`,
	];
}

/** In a governed network, and so held with it, but for the capability. */
const withinLines = (name: string): readonly string[] => [`${word(name)}:`, '  cap_drop: [NET_RAW]'];

/** Lists are added to one another; who names no network is on the project's own. */
const besideLines = ({name, namesNetworks}: Neighbour, group: string): readonly string[] => [
	`${word(name)}:`,
	'  # It keeps its own way out: what it passes on for others is not held.',
	`  networks: [${namesNetworks ? '' : 'default, '}${groupNames(group).inside}]`,
];

function proxyLines({group, entries, resolvers, image}: OverlayWanted): readonly string[] {
	const {inside, outside, proxy} = groupNames(group);
	return [
		`${proxy}:`,
		'  # It has nginx with its stream module; nothing else of it is used.',
		`  image: ${word(image)}`,
		`  entrypoint: [sh, -c, 'printf %s "$$EGRESS_CONF" > ${proxyFolder}/nginx.conf && exec nginx -e stderr -c ${proxyFolder}/nginx.conf']`,
		'  environment:',
		'    # In a file beside this one a change would be there, and the proxy go on with what it read at its start.',
		'    EGRESS_CONF: |',
		...indent(renderLoneProxy(entries, resolvers).trimEnd().split('\n').map(line => line.replaceAll('\t', '  ').replaceAll('$', '$$$$')), 6),
		'  networks:',
		`    ${inside}:`,
		`      aliases: [${namesOf(entries).map(word).join(', ')}]`,
		`    ${outside}: {}`,
		`  user: "${proxyUser}"`,
		'  read_only: true',
		`  tmpfs: [${proxyFolder}]`,
		'  cap_drop: [ALL]',
		'  security_opt: ["no-new-privileges:true"]',
		'  sysctls:',
		'    # Its ports are below 1024, and it is no router between its networks.',
		'    net.ipv4.ip_unprivileged_port_start: 0',
		'    net.ipv4.ip_forward: 0',
		'  healthcheck:',
		`    test: [CMD, bash, -c, 'exec 3<>/dev/tcp/127.0.0.1/${healthPort} && read -r -t 3 -u 3 said && [ "$$said" = up ]']`,
		'    interval: 3s',
		'    timeout: 5s',
		'    retries: 3',
		'  restart: unless-stopped',
		'  mem_limit: 128m',
		'  pids_limit: 32',
		'  # Who is refused in a loop shall not fill the disk.',
		'  logging: {driver: json-file, options: {max-size: 10m, max-file: "3"}}',
	];
}

function networkLines(group: string): readonly string[] {
	const {inside, outside} = groupNames(group);
	return [
		`${inside}:`,
		'  internal: true',
		'  enable_ipv6: false',
		'  # The host has no address there: what listens on it is not reached either.',
		'  driver_opts: {com.docker.network.bridge.inhibit_ipv4: "true"}',
		`${outside}:`,
		'  enable_ipv6: false',
	];
}

const indent = (lines: readonly string[], by = 2): readonly string[] => lines.map(line => `${' '.repeat(by)}${line}`);
/** What YAML takes for a word and nothing else. */
const word = (text: string): string => (/^[a-z][a-z0-9_./:@-]*$/i.test(text) && !text.endsWith(':') && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(text) ? text : JSON.stringify(text));
