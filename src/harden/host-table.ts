/** What a hardening would change of `table inet vks_host`: where a chain of Docker's does not do, and for what the host itself sends. Pure. */
import type {Finding} from '../audit/finding.ts';
import {judgeEngine, type Scene} from '../audit/judge-engine.ts';
import {publishedFindings} from '../audit/published.ts';
import {backendOf, firewallOf, isDockers} from '../audit/rules/facts.ts';
import {openPorts, portText} from '../audit/service.ts';
import {choose, portName, type Choices} from './choices.ts';
import {unifiedDiff} from './diff.ts';
import {withoutOwn} from './own.ts';
import type {Change, Left, Plan, Reason} from './plan.ts';
import {hostTable, tableName, type Hole, type Outbound} from './table.ts';

export interface TableFacts {
	/** As listed; null where there is none. */
	readonly standing: string | null;
	readonly outbound: Outbound;
}

/**
 * Without chains of Docker's there is no DOCKER-USER. And firewalld accepts what was translated before its own policies are asked
 * (`ct status dnat accept` in filter_FORWARD), while it may flush the rules of iptables: a table of our own it leaves alone.
 */
export const needsTable = ({host}: Scene): boolean => host !== null && (firewallOf(host.rules) === 'firewalld' || backendOf(host.rules) === 'nftables' || !host.rules.sets.some(isDockers));

/**
 * Everybody outside, in both families: a neighbour needs no default route of ours, and one may come later. Tunnels are outside too.
 * Not this host itself, and not who is behind the engine's own bridges.
 */
export const outsideLinks = (links: readonly string[], bridges: readonly string[]): readonly string[] => links.filter(link => link !== 'lo' && !link.startsWith('veth') && !bridges.includes(link));

interface Opening {
	readonly finding: Finding;
	readonly holes: readonly Hole[];
}

export function planTable(scene: Scene, {standing, outbound}: TableFacts, choices: Choices): Plan {
	const all = needsTable(scene) ? openings(scene) : [];
	const decided = all.map(opening => ({...opening, why: choose(opening.finding.severity, opening.holes.map(portName), choices)}));
	const closing = decided.filter(({why, holes}) => why === null && holes.length > 0);
	const open = decided.filter(({why, holes}) => why !== null || holes.length === 0);
	const reopened = new Set([...choices.open, ...open.flatMap(({holes}) => holes.map(portName))]);
	// What was closed stays so while its container is not there.
	const stands = (scene.host?.rules.nft?.refused ?? []).filter(hole => !reopened.has(portName(hole)));
	const outward = outbound.links.length > 0 ? outbound : {...outbound, links: standingLinks(standing)};
	const wanted = hostTable([...closing.flatMap(({holes}) => holes), ...stands], outward, choices);
	return {choices, changes: changeOf(standing, wanted, closing.map(({finding: {id, what}}) => ({id, what})), choices), left: [...open.map(left), ...outboundLeft(outward, choices)], notLooked: []};
}

/** While no link has a default route, those that had one are refused still. */
const standingLinks = (standing: string | null): readonly string[] => [...(/oifname != (.*) accept/.exec(standing ?? '')?.[1] ?? '').matchAll(/"([^"]+)"/g)].map(([, link = '']) => link);

function changeOf(standing: string | null, wanted: string | null, closes: readonly Reason[], {outbound}: Choices): readonly Change[] {
	const where = `table inet ${tableName} of nftables`;
	const lines = (text: string | null): readonly string[] => (text === null ? [] : text.trimEnd().split('\n'));
	if (standing === wanted) return [];
	return [{
		where, closes: [...closes, ...(outbound === null || wanted?.includes('chain outbound') !== true ? [] : [{id: 'outbound', what: 'What this host sends by itself, but for what you name.'}])], diff: unifiedDiff(where, lines(standing), lines(wanted), 2), then: '',
		apply: {kind: 'table', is: standing, becomes: wanted}, undo: {kind: 'table', is: wanted, becomes: standing},
	}];
}

function left({finding: {id, what, fix}, why, holes}: Opening & {readonly why: string | null}): Left {
	return {what: `${id}: ${what}`, why: holes.length === 0 ? `it is not closed by the port it is published as. ${fix}` : (why ?? '')};
}

function outboundLeft({links, resolvers}: Outbound, {outbound}: Choices): readonly Left[] {
	if (outbound === null) return [];
	if (links.length === 0) return [{what: 'outbound: what this host sends by itself.', why: 'there is no link with a default route to refuse it on'}];
	return outbound.includes('dns') && resolvers.length === 0 ? [{what: 'outbound: dns opens nothing.', why: 'resolv.conf names a resolver on this host alone; name whom that one asks: `udp/53=ADDRESS`'}] : [];
}

const ports = new Set(['port-published', 'port-past-firewall']);

function openings(scene: Scene): readonly Opening[] {
	const {engine, host} = scene;
	if (host === null) return [];
	const {findings} = judgeEngine({...scene, host: withoutOwn(host)});
	const direct = findings.filter(({id}) => ['bridge-open', 'ipv6-unfiltered', 'localhost-not-local'].includes(id)).map((finding): Opening => ({finding, holes: []}));
	if (host.rules.sets.some(isDockers) && backendOf(host.rules) !== 'nftables') return [...findings.filter(({id}) => ports.has(id)).map((finding): Opening => ({finding, holes: finding.commands.flatMap(holeIn)})), ...direct];
	return engine.running.flatMap(({service}) => {
		const all = openPorts(service);
		return [...new Set(all.map(portText))].flatMap(text => {
			const bindings = all.filter(port => portText(port) === text);
			const holes = bindings.flatMap(({hostAddress, hostPort, transport}) => (hostPort === null ? [] : host.uplinks[hostAddress.includes(':') ? 6 : 4].map((link): Hole => ({link, transport, port: Number(hostPort)}))));
			return publishedFindings({...service, ports: bindings}).slice(0, 1).map(finding => ({finding, holes}));
		});
	});
}

/** As an audit prints what closes it. */
function holeIn(words: readonly string[]): readonly Hole[] {
	const after = (option: string): string | undefined => (words.includes(option) ? words[words.indexOf(option) + 1] : undefined);
	const [link, transport, port] = [after('-i'), after('-p'), after('--ctorigdstport') ?? after('--dport')];
	return link === undefined || transport === undefined || port === undefined ? [] : [{link, transport, port: Number(port)}];
}
