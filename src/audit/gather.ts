/** The audit's edge: asks the engine and, in the network namespace of its bridges, the host. Changes nothing. */
import {readdirSync, readFileSync} from 'node:fs';
import {networkInterfaces} from 'node:os';
import {engineAt} from '../doctor/docker.ts';
import {readPacketRules} from '../kernel/packet-rules.ts';
import {linkNames} from '../net/link-names.ts';
import {fail, ok, type Result} from '../result.ts';
import {askEngine} from './engine/ask.ts';
import type {EngineFacts} from './engine/facts.ts';
import type {NotLooked} from './finding.ts';
import {rulesFrom, uplinksIn4, uplinksIn6, type HostFacts} from './host.ts';
import type {Scene} from './judge-engine.ts';

/** Of DOCKER_HOST, where it names a socket of this machine; as `docker` reads it. */
export const socketOf = (dockerHost: string | undefined): string | null => (dockerHost?.startsWith('unix://') === true ? dockerHost.slice('unix://'.length) : null);

export async function gatherScene(dockerSocket: string | null): Promise<Result<Scene, string>> {
	const at = engineAt(dockerSocket);
	if (at === null) return fail('there is no /var/run/docker.sock here');
	if (!at.ok) return at;
	const engine = await askEngine(at.value);
	if (!engine.ok) return fail(`the container engine does not answer: ${engine.error}`);
	const {host, notLooked} = await gatherHost(engine.value);
	return ok({engine: engine.value, host, notLooked});
}

async function gatherHost({bridges}: EngineFacts): Promise<{readonly host: HostFacts | null; readonly notLooked: readonly NotLooked[]}> {
	const what = 'the host\'s rules, and whether its firewall is walked past';
	const links = linkNames(textOf('/proc/net/dev'));
	if (!bridges.some(({link}) => links.includes(link))) return {host: null, notLooked: [{what, why: 'this is not the network that the engine\'s bridges are in; run it on the host'}]};
	if (process.geteuid?.() !== 0) return {host: null, notLooked: [{what, why: 'only root may list them'}]};
	const {listed, nft, missed} = await readPacketRules();
	const uplinks = {4: uplinksIn4(textOf('/proc/net/route')), 6: uplinksIn6(textOf('/proc/net/ipv6_route'))};
	return {
		host: {
			rules: rulesFrom({listed, nft}), uplinks, addresses: {4: addressesOf(uplinks[4], 'IPv4'), 6: addressesOf(uplinks[6], 'IPv6')},
			proxies: countProxies(),
		},
		notLooked: missed.map(why => ({what: 'some of the host\'s rules', why})),
	};
}

/** Those that others reach. */
const addressesOf = (links: readonly string[], family: 'IPv4' | 'IPv6'): readonly string[] =>
	links.flatMap(link => (networkInterfaces()[link] ?? []).filter(each => each.family === family && !each.address.startsWith('fe80:')).map(({address}) => address));

/** Where processes of the host can be seen. */
const countProxies = (): number => readdirSync('/proc').filter(name => /^\d+$/.test(name) && textOf(`/proc/${name}/comm`).trim() === 'docker-proxy').length;

function textOf(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}
