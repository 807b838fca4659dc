/** All that can be said of what an engine runs, and of the host's rules around it. Pure. */
import {cloudAdvice, proxyAdvice} from './advice.ts';
import {directFindings} from './rules/direct.ts';
import {dockerUserFindings} from './rules/docker-user.ts';
import {exposedFindings} from './rules/exposed.ts';
import {backendOf} from './rules/facts.ts';
import {isRefused} from './rules/paths.ts';
import {isBefore, versionOf, type EngineFacts, type Running} from './engine/facts.ts';
import {finding, reportOf, type Finding, type NotLooked, type Report} from './finding.ts';
import type {HostFacts} from './host.ts';
import {judgeProject} from './judge.ts';
import {publishedFindings} from './published.ts';

export interface Scene {
	readonly engine: EngineFacts;
	/** Null where the engine's bridges are not in this network namespace. */
	readonly host: HostFacts | null;
	readonly notLooked: readonly NotLooked[];
}

export function judgeEngine({engine, host, notLooked}: Scene): Report {
	const project = {services: engine.running.map(({service}) => service), overlays: engine.overlays};
	const backend = host === null ? null : backendOf(host.rules);
	// The engine names them, and they were not listed.
	const isUnseen = backend !== null && backend !== 'nftables' && engine.firewall?.startsWith('nftables') === true;
	const known = backend === 'none' || isUnseen ? null : host;
	const open = engine.running.map(running => ({service: running.service, found: publishedBy(running, host, known)}));
	return reportOf({
		looked: [`${engine.isDocker ? 'Docker' : 'Podman'} ${engine.version} (${engine.running.length} running)`, ...(backend === null || isUnseen ? [] : [backend === 'none' ? 'the host\'s rules, among which are none of Docker\'s' : `the host's rules (${backend})`])],
		notLooked: [...notLooked, ...(isUnseen ? [{what: 'which published ports the host\'s rules let in', why: 'the engine\'s own rules are nftables (`docker-bridges`), and nft does not list them'}] : [])],
		findings: [
			...open.flatMap(({found}) => found), ...proxyAdvice(open.filter(({found}) => found.length > 0).map(({service}) => service), project.services),
			...(host === null ? [] : cloudAdvice(open.reduce((sum, {found}) => sum + found.length, 0), host)),
			...(known === null ? [] : dockerUserFindings(known.rules, engine.bridges.map(({link}) => link))), ...directFindings(engine, known),
			...internalFindings(engine), ...proxyFindings(host), ...judgeProject(project),
		],
	});
}

/** `known`: the host, where what becomes of a packet in its rules is known. */
function publishedBy(running: Running, host: HostFacts | null, known: HostFacts | null): readonly Finding[] {
	if (known !== null) return exposedFindings(running, known);
	const {service} = running;
	return publishedFindings(host === null ? service : {...service, ports: service.ports.filter(port => !isRefused(port, host))});
}

/** GHSA-mq39-4gv4-mvpx: fixed in 23.0.11, 25.0.5 and 26.0.0. */
function leaksByDns(version: string): boolean {
	const parsed = versionOf(version);
	if (parsed === null) return false;
	const [major] = parsed;
	return major === 23 ? isBefore(version, [23, 0, 11]) : major === 25 ? isBefore(version, [25, 0, 5]) : major < 26;
}

function internalFindings({version, isDocker, bridges, running}: EngineFacts): readonly Finding[] {
	const inside = new Set(bridges.flatMap(({link, internal}) => (internal ? [link] : [])));
	// Who is on another network as well has a way out anyhow; asked at its own loopback, the engine asks nobody.
	const asksOutside = ({places, resolvers}: Running): boolean => places.every(({link}) => link !== null && inside.has(link)) && (resolvers.length === 0 || !resolvers.every(address => address.startsWith('127.')));
	const on = (link: string): readonly Running[] => running.filter(({places}) => places.some(place => place.link === link));
	const internal = bridges.filter(({link}) => inside.has(link) && (on(link).length === 0 || on(link).some(asksOutside))).map(({name}) => name);
	if (!isDocker || internal.length === 0 || !leaksByDns(version)) return [];
	return [finding({
		id: 'internal-dns', severity: 'medium', what: `Containers on ${internal.length === 1 ? 'the internal network' : 'the internal networks'} ${internal.join(', ')} can reach the outside by name look-ups (CVE-2024-29018).`,
		proof: `engine ${version}; fixed in 23.0.11, 25.0.5 and 26.0.0`,
		risk: 'What is to have no way out sends data in the names it asks for: the engine asks them from the host.',
		fix: 'A newer engine, or one whose distribution mended it (`apt changelog docker.io | grep CVE-2024-29018`); until then `dns: [127.0.0.1]` for these containers, or `dns` of a resolver that answers nothing else.',
	})];
}

function proxyFindings(host: HostFacts | null): readonly Finding[] {
	if (host === null || host.proxies === 0) return [];
	return [finding({
		id: 'userland-proxy', severity: 'low', what: 'Connections to published ports from this host, and over IPv6, go through a process of the engine.',
		proof: `${host.proxies} \`docker-proxy\` ${host.proxies === 1 ? 'runs' : 'run'}`,
		risk: 'The container sees the bridge\'s address instead of the client\'s, so what it logs and limits by address is wrong; over IPv6 the host\'s INPUT decides, not DOCKER-USER.',
		fix: '`{"userland-proxy": false}` in /etc/docker/daemon.json, then `systemctl restart docker`.',
	})];
}
