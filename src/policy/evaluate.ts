/** Walks a packet through chains as the kernel does: first deciding rule wins, the chain's default otherwise. */
import {loopbackOf} from './build.ts';
import {matches} from './match.ts';
import type {Packet} from './packet.ts';
import type {Chain, ChainName, Rule, Ruleset} from './policy.ts';

export interface Decision {
	readonly verdict: 'accept' | 'reject' | 'drop';
	/** The rule that decided; null when the chain's default did. */
	readonly rule: Rule | null;
	/** Every rule id looked at, in order. */
	readonly path: readonly string[];
	/** Every rule id that counted the packet, in order: those that only mark, and the one that decided. */
	readonly counted: readonly string[];
	/** The packet afterwards: marks may have changed. */
	readonly packet: Packet;
}

export function evaluateChain(ruleset: Ruleset, name: ChainName, packet: Packet): Decision {
	const chain = ruleset.chains.find(candidate => candidate.name === name);
	if (chain === undefined) throw new Error(`a ruleset without chain ${name}`);
	return walk(chain, packet);
}

function walk(chain: Chain, start: Packet): Decision {
	const path: string[] = [];
	const counted: string[] = [];
	let packet = start;
	for (const rule of chain.rules) {
		path.push(rule.id);
		if (!matches(rule.match, packet)) continue;
		counted.push(rule.id);
		switch (rule.verdict.kind) {
			case 'accept':
			case 'reject':
			case 'drop':
				return {verdict: rule.verdict.kind, rule, path, counted, packet};
			case 'snat':
				return {verdict: 'accept', rule, path, counted, packet: {...packet, source: rule.verdict.address}};
			case 'redirect':
				return {verdict: 'accept', rule, path, counted, packet: {...packet, destination: loopbackOf(packet.family ?? 4), destinationPort: rule.verdict.port, diverted: true}};
			case 'clamp-mss':
				break;
			case 'set-mark':
				packet = {...packet, mark: rule.verdict.mark};
				break;
			case 'set-connection-mark':
				packet = {...packet, connectionMark: rule.verdict.mark};
				break;
		}
	}
	return {verdict: chain.policy, rule: null, path, counted, packet};
}
