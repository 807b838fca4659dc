/** What a neighbour reaches who routes to the containers' own addresses through this host, which no published port says. Pure. */
import {finding, type Finding} from '../finding.ts';
import {isBefore, type EngineFacts, type Place, type Running} from '../engine/facts.ts';
import type {HostFacts} from '../host.ts';
import {isEverywhere, type PublishedPort} from '../service.ts';
import {inserted, nothing, textOf, type Change} from './change.ts';
import {filterOf, hasEngineTable, isDockers, programOf} from './facts.ts';
import {ownTable} from './nft-fix.ts';
import {directFate} from './paths.ts';

/** Docker refuses them before everything since (docker/docs, port-publishing; moby/moby#45610). */
const firstThatRefuses = [28, 0, 0] as const;

const unpublished = 9;

export function directFindings({running, version, isDocker}: EngineFacts, host: HostFacts | null): readonly Finding[] {
	const isOld = isDocker && isBefore(version, firstThatRefuses);
	const links = [...new Set(running.flatMap(({places}) => places.flatMap(({link}) => link ?? [])))];
	return links.flatMap(link => {
		const here = running.filter(({places}) => places.some(place => place.link === link));
		const bridge = openBridge(link, here, host);
		// Where every port is open, what is said of one is said.
		return [...bridge, ...((isOld || host !== null) && !bridge.some(({id}) => id === 'bridge-open') ? localPorts(link, here, {version, isOld}, host) : [])];
	});
}

const placeOn = ({places}: Running, link: string): Place => places.find(place => place.link === link) ?? {ipv4: null, ipv6: null, link};

/** Without a rule of Docker's, or with a FORWARD that accepts: every port of every container. */
function openBridge(link: string, here: readonly Running[], host: HostFacts | null): readonly Finding[] {
	if (host === null) return [];
	return ([4, 6] as const).flatMap(family => {
		const open = here.filter(running => directFate(placeOn(running, link), family, unpublished, host) === 'accepted');
		const [first] = open;
		if (first === undefined) return [];
		const {ipv4, ipv6} = placeOn(first, link);
		const change = refusing(link, family, host);
		const filtered = hasEngineTable(host.rules, family) || host.rules.sets.some(set => set.family === family && isDockers(set));
		return [finding({
			id: family === 6 && !filtered ? 'ipv6-unfiltered' : 'bridge-open', severity: family === 6 && /^[23]/.test(ipv6 ?? '') ? 'high' : 'medium',
			what: `Every port of ${open.length === 1 ? first.service.called : `${open.length} containers`} on ${link} is open over IPv${family}, published or not${family === 6 && !filtered ? ': the engine writes no rules for IPv6' : ''}.`,
			proof: `${first.service.proof} has ${family === 4 ? (ipv4 ?? '') : (ipv6 ?? '')}; FORWARD accepts what goes to its port ${unpublished}, which is not published${filtered ? '' : `; no chain DOCKER in ip${family === 6 ? '6' : ''}tables`}`,
			risk: family === 6 ? 'There is no address translation in between: who knows the address connects to it.' : 'A neighbour on the same segment routes to the container\'s address through this host.',
			fix: `${change.commands.length === 0 ? '' : `At once: ${textOf(change)}. `}For good: ${family === 6 && !filtered ? '`{"ip6tables": true, "experimental": true}` in /etc/docker/daemon.json (the default since Docker 27), then `systemctl restart docker`' : 'the same in what loads your rules'}.`,
			...change,
		})];
	});
}

const isLocal = ({hostAddress}: PublishedPort): boolean => hostAddress.startsWith('127.') || hostAddress === '::1';

function localPorts(link: string, here: readonly Running[], {version, isOld}: {readonly version: string; readonly isOld: boolean}, host: HostFacts | null): readonly Finding[] {
	const local = here.flatMap(running => running.service.ports.filter(port => !isEverywhere(port) && isLocal(port) && isOpen(running, port, link, host)));
	const [first] = local;
	if (first === undefined) return [];
	const change = host === null ? nothing : refusing(link, 4, host);
	return [finding({
		id: 'localhost-not-local', severity: 'medium', what: `${local.length === 1 ? 'A port' : `${local.length} ports`} published to this host alone can be reached by its neighbours${isOld ? ', because the engine is older than 28' : ': no rule of the engine refuses what goes straight to the container'}.`,
		proof: `${local.map(({proof}) => proof).join('; ')}; engine ${version}${host === null ? '' : `; FORWARD accepts what goes straight to that port on ${link}`}`,
		risk: 'Who is on the same segment routes to the container\'s own address through this host, where the port is open (moby/moby#45610).',
		fix: `${change.commands.length === 0 ? '' : `${textOf(change)}, which lets in only what was translated${isOld ? '; or ' : '. '}`}${isOld ? 'Docker Engine 28 or newer' : 'For good: no `allow-direct-routing` in /etc/docker/daemon.json, and no `gateway_mode` but `nat` for that network'}.`,
		...change,
	})];
}

/** Where the rules are not known, the version alone speaks. */
const isOpen = (running: Running, {port}: PublishedPort, link: string, host: HostFacts | null): boolean => host === null || directFate(placeOn(running, link), 4, Number(port.split('-')[0]), host) === 'accepted';

/** New connections from elsewhere that were not translated by a published port. */
function refusing(link: string, family: 4 | 6, {rules}: HostFacts): Change {
	if (hasEngineTable(rules, family)) {
		const way = `iifname != "${link}" oifname "${link}"`;
		return ownTable(family === 4 ? 'ip' : 'ip6', `vks-close-${link}`, [`${way} ct state established,related accept`, `${way} ct status dnat accept`, `${way} drop`].map(rule => ({hook: 'forward', rule})));
	}
	const set = rules.sets.find(each => each.family === family && isDockers(each));
	const backend = set?.backend ?? rules.sets.find(isDockers)?.backend;
	if (backend === undefined) return nothing;
	const chain = set !== undefined && filterOf(set)?.has('DOCKER-USER') === true ? 'DOCKER-USER' : 'FORWARD';
	return inserted([[programOf({family, backend}), '-I', chain, '1', '!', '-i', link, '-o', link, '-m', 'conntrack', '!', '--ctstate', 'RELATED,ESTABLISHED,DNAT', '-j', 'DROP']]);
}
