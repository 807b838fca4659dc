/** What `vks egress compose` is told by its options. All faults at once. Pure. */
import {parseResolver} from '../config/parse-addresses.ts';
import {parseEgress} from '../config/parse-egress.ts';
import {faulty, listOf, type Parsed, type TextParser} from '../config/parse-text.ts';
import {renderLoneProxy} from '../egress/compose/conf.ts';
import {defaultGroup, isGroupName} from '../egress/compose/group.ts';
import type {EgressEntry} from '../egress/egress-policy.ts';
import {patternText} from '../egress/name.ts';
import {isIpv4, isLoopback, parseIp, type Ipv4} from '../net/address.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';

export interface EgressWords {
	readonly services: readonly string[];
	readonly beside: readonly string[];
	readonly entries: readonly EgressEntry[];
	readonly resolvers: readonly string[];
	readonly image: string;
	readonly group: string;
}

export type Told = Readonly<Record<'service' | 'beside' | 'allow' | 'resolver' | 'image' | 'name', string | null>>;

/** The proxy is told by a variable of its environment, which has 128 KiB at most (MAX_ARG_STRLEN in include/uapi/linux/binfmts.h). */
const mostBytes = 120_000;

export function parseEgressWords(told: Told): Result<EgressWords, readonly Problem[]> {
	const problems: Problem[] = [];
	const take = <T>(option: keyof Told, parsed: Parsed<T>, otherwise: T): T => {
		if (parsed.ok) return parsed.value;
		problems.push(...parsed.error.map(({value, wrong, right}) => problem(`--${option}${value === null ? '' : ` ${value}`} ${wrong}.`, right ?? '')));
		return otherwise;
	};
	const some = <T>(option: keyof Told, parse: TextParser<T>, missing: string): readonly T[] => {
		const values = take(option, listOf(parse)(told[option] ?? ''), null);
		if (values?.length === 0) problems.push(problem(`--${option} is missing.`, missing));
		return values ?? [];
	};
	const services = some('service', parseService, 'Name whom the overlay is for: --service NAME.');
	const beside = take('beside', listOf(parseService)(told.beside ?? ''), []);
	const both = beside.find(name => services.includes(name));
	if (both !== undefined) problems.push(problem(`--beside ${both} is named by --service too.`, 'Name it once: by --service it is held, by --beside it is not.'));
	const words: EgressWords = {
		services: [...new Set(services)].toSorted(), beside: [...new Set(beside)].toSorted(),
		entries: some('allow', parseAllowed, 'Name what may be reached: --allow "api.example.org 443".'),
		resolvers: [...new Set(some('resolver', parseOutside, 'Name whom the proxy asks for the names: --resolver ADDR, outside the engine.'))],
		image: take('image', parseImage(told.image ?? 'vks'), 'vks'),
		group: take('name', parseGroup(told.name ?? defaultGroup), defaultGroup),
	};
	if (renderLoneProxy(words.entries, words.resolvers).length > mostBytes) problems.push(problem(`--allow has ${words.entries.length} entries, which are more than the proxy can be told.`, 'Make two overlays of them, for other services, with --name.'));
	return problems.length > 0 ? fail(problems) : ok(words);
}

const problem = (what: string, next: string): Problem => ({code: 'configuration', severity: 'error', what, stillBlocking: 'unknown', next});

function parseAllowed(text: string): Parsed<EgressEntry> {
	const entry = parseEgress(text);
	if (!entry.ok) return entry;
	const {uid, pattern} = entry.value;
	if (uid !== null) return faulty({value: text, wrong: 'is for a uid, which a network cannot tell', right: 'Leave `uid N` out: whom it is for is said by --service.'});
	return pattern.anyLabel ? faulty({value: patternText(pattern), wrong: 'is a wildcard, and a network\'s alias is one whole name', right: 'Name each host; or put the application behind vks, where VKS_EGRESS takes wildcards.'}) : entry;
}

function parseOutside(text: string): Parsed<Ipv4> {
	const address = parseIp(text);
	if (address !== null && isLoopback(address)) return faulty({value: text, wrong: 'is loopback: the engine\'s resolver has the names as aliases of the proxy, which would be led to itself', right: 'Name a resolver outside, by its IPv4 address.'});
	const resolver = parseResolver(text);
	if (!resolver.ok) return resolver;
	return isIpv4(resolver.value) ? ok(resolver.value) : faulty({value: text, wrong: 'is IPv6, and the proxy\'s networks are IPv4', right: 'Name a resolver by its IPv4 address.'});
}

const parseService = (text: string): Parsed<string> => (/^[a-zA-Z0-9._-]+$/.test(text) ? ok(text) : faulty({value: text, wrong: 'is no name of a service', right: 'Write it as it is below services:.'}));
const parseImage = (text: string): Parsed<string> => (/^[a-z0-9][\w./:@-]*$/i.test(text) ? ok(text) : faulty({value: text, wrong: 'is no name of an image', right: 'Write it as `docker pull` takes it.'}));
const parseGroup = (text: string): Parsed<string> => (isGroupName(text) ? ok(text) : faulty({value: text, wrong: 'is no name of a network', right: 'Write at most 31 lower-case letters, digits and hyphens.'}));
