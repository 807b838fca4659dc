/** What an exception would open, before it is granted: the rules that the compiler would add, and what a packet would then meet. */
import type {Preview, PreviewWish} from '../control/schema.ts';
import {familyOf} from '../net/address.ts';
import {splitCidr} from '../net/cidr.ts';
import {compile} from '../policy/compile.ts';
import type {Exception} from '../policy/exception.ts';
import {leaseName} from '../policy/lease.ts';
import {wayOf, type Question} from '../policy/question.ts';
import {renderRule} from '../policy/render.ts';
import {wayWith} from '../policy/try-out.ts';
import type {Uplink} from '../policy/uplink.ts';
import type {World} from '../policy/way.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';
import {formatException} from './exception-text.ts';
import type {ExceptionWish} from './exception-wish.ts';
import type {Enforced} from './explain-query.ts';

export interface PreviewDeps extends Enforced {
	/** The number it would get. */
	readonly nextId: number;
	readonly judge: (text: PreviewWish & {readonly reason: string; readonly by: string}) => Result<ExceptionWish, Problem>;
}

export function previewException(asked: PreviewWish, deps: PreviewDeps): Preview {
	const {situation, config, nextId} = deps;
	if (situation.kind === 'lockdown') return refused({what: 'Locked down: nothing is opened.', next: 'Lift the lockdown first.'});
	const wish = deps.judge({...asked, reason: 'asked about', by: 'nobody'});
	if (!wish.ok) return refused(wish.error);
	const {forMs, ...rest} = wish.value;
	const exception: Exception = {...rest, id: nextId, lease: {name: leaseName(`exception-${nextId}`), protocol: rest.protocol, untilMs: 0, forMs}};
	const opened = {...situation, exceptions: [...(situation.exceptions ?? []), exception]};
	const before = new Set(compile(config, situation).chains.flatMap(({rules}) => rules.map(({id}) => id)));
	return {
		refused: null,
		text: formatException(exception),
		rules: compile(config, opened).chains.flatMap(({table, name, rules}) => rules.filter(({id}) => !before.has(id)).map(rule => ({table, chain: name, text: renderRule(rule)}))),
		notes: situation.uplink === null ? ['There is no uplink now: it opens as soon as there is one, for what is left of its time.'] : notesFor(exception, deps, opened),
	};
}

const refused = ({what, next}: Pick<Problem, 'what' | 'next'>): Preview => ({refused: {what, next}, text: '', rules: [], notes: []});

/** A packet of it, tried as things are and as they would be. */
function notesFor(exception: Exception, {ruleset, network, config, situation}: PreviewDeps, opened: Enforced['situation']): string[] {
	if (ruleset === null || network === null) return [];
	const world: World = {ruleset, routing: {links: network.links, ...network.routing}};
	const question = questionOf(exception, network.choice.uplink);
	if (question === null) return [];
	const now = wayOf(world, question);
	const then = wayWith({world, question}, {config, situation, uplink: network.choice.uplink}, {situation: opened, routed: true});
	if (then.verdict !== 'accept') return [`Even so it would be refused, by ${then.rule?.id ?? then.other ?? 'the default'}: ${then.rule?.reason ?? then.reason ?? ''}`];
	if (now.verdict !== 'accept') return [];
	// What has no route of its own goes through the tunnel; an exception has one, by the uplink.
	if (now.via !== then.via) return [`Now it goes through ${now.via ?? 'the tunnel'}; with the exception it leaves by ${then.via ?? 'the uplink'}, outside the tunnel.`];
	return [`This passes already, by ${now.rule?.id ?? 'no rule of ours'}: ${now.rule?.reason ?? now.reason ?? 'nothing refuses it'}`];
}

/** Of one host; a range has many, which may fare differently. */
function questionOf({range, protocol, port, direction, uid}: Exception, uplink: Uplink | null): Question | null {
	const {base: host, length} = splitCidr(range);
	if (length !== (familyOf(host) === 4 ? 32 : 128)) return null;
	const common = {protocol, port, sourcePort: null, uid, mark: 0, raw: false, established: false, icmpType: null};
	if (direction === 'out') return {...common, direction, destination: host, source: null, via: null};
	const mine = uplink?.addresses.find(address => familyOf(address) === familyOf(host));
	return mine === undefined || uplink === null ? null : {...common, direction, destination: mine, source: host, via: uplink.name};
}
