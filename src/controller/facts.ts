/** What the kernel says of this moment, for evidence: read once, by the one who may, and told without anything secret. */
import type {Config} from '../config/config.ts';
import type {Facts, FactsSection} from '../control/schema.ts';
import type {Kernel} from '../kernel/kernel.ts';
import {localTable} from '../policy/routing.ts';
import {tunnelSlots} from '../policy/slots.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import type {Clock} from './clock.ts';
import type {Engine} from './engine.ts';
import {linkLines, routeLine, routingRuleLine, socketLine, trackedLine, tunnelLines} from './facts-text.ts';
import {describeHook, readHooks} from './foreign-hooks.ts';

/** Of each kind: a busy gateway has more connections than anybody reads, and the message must stay small. */
export const mostFactLines = 4000;

export interface FactsDeps {
	readonly kernel: Pick<Kernel, 'network' | 'hooks' | 'traffic'>;
	readonly config: Pick<Config, 'numbers' | 'tunnelInterface'>;
	readonly clock: Pick<Clock, 'now'>;
	readonly engine: Pick<Engine, 'live'>;
}

export async function readFacts({kernel: {network, hooks, traffic}, config, clock, engine}: FactsDeps): Promise<Facts> {
	const {tunnelTable, uplinkTable} = config.numbers;
	const tables = [tunnelTable, uplinkTable, ...tunnelSlots(config).map(({table}) => table), localTable];
	const links = network.links();
	return {
		atMs: clock.now(),
		sections: [
			section('links', mapped(links, linkLines)),
			section('routes', mapped(network.routes(tables), routes => routes.map(routeLine))),
			section('routing-rules', mapped(network.rules(), rules => rules.map(routingRuleLine))),
			section('hooks', links.ok ? mapped(readHooks(hooks, links.value), found => found.map(describeHook)) : links),
			section('tunnel', await tunnelOf(engine)),
			section('connections', mapped(traffic.tracked(), connections => connections.map(trackedLine))),
			section('sockets', mapped(traffic.sockets(), sockets => sockets.map(socketLine))),
		],
	};
}

async function tunnelOf(engine: FactsDeps['engine']): Promise<Result<readonly string[], Problem>> {
	const tunnel = engine.live()?.tunnel ?? null;
	if (tunnel === null) return ok(['There is no tunnel.']);
	return mapped(await tunnel.facts(), facts => tunnelLines(tunnel, facts, atMs => new Date(atMs).toISOString()));
}

const mapped = <From>(read: Result<From, Problem>, lines: (value: From) => readonly string[]): Result<readonly string[], Problem> => (read.ok ? ok(lines(read.value)) : fail(read.error));

function section(name: FactsSection['name'], read: Result<readonly string[], Problem>): FactsSection {
	if (!read.ok) return {name, lines: [], leftOut: 0, problem: `${read.error.what} ${read.error.next}`};
	return {name, lines: read.value.slice(0, mostFactLines), leftOut: Math.max(0, read.value.length - mostFactLines), problem: null};
}
