import {expect, test} from 'vitest';
import type {Action} from '../../../src/console/actions.ts';
import {parseArguments} from '../../../src/console/arguments.ts';
import type {Feed, FeedEvent} from '../../../src/console/connection.ts';
import {disabledReason, footerKeys} from '../../../src/console/keymap.ts';
import {paletteMatches} from '../../../src/console/palette/matches.ts';
import {headerTop} from '../../../src/console/select/header.ts';
import {firstRunPage} from '../../../src/console/select/first-run.ts';
import {truthSentences} from '../../../src/console/select/linear.ts';
import {selectBanners} from '../../../src/console/select/banners.ts';
import {settle} from '../../../src/console/settings/settle.ts';
import {parseConsoleFile} from '../../../src/console/settings/file.ts';
import {printConfig} from '../../../src/console/settings/print.ts';
import {chosenFeed} from '../../../src/console/targets.ts';
import {themeFor} from '../../../src/console/theme.ts';
import {update} from '../../../src/console/update.ts';
import {initialView, type TargetView, type ViewState} from '../../../src/console/view.ts';
import type {Outcome} from '../../../src/control/schema.ts';
import {ok, type Result} from '../../../src/result.ts';
import type {Problem} from '../../../src/problem.ts';
import {after, fixture, viewOf} from '../../helpers/screen-view.ts';

const settled = (given: readonly string[], targets: Readonly<Record<string, string>> = {}) => {
	const parsed = parseArguments(given);
	if (parsed.kind !== 'run') return parsed;
	const found = settle({flags: parsed.flags, environment: {}, file: {path: '/console.yaml', values: {}, keys: [], targets}});
	return found.ok ? {names: found.value.options.targets.map(({name}) => name), named: found.value.options.named} : {why: found.error};
};
const inFile = {home: 'docker:vpn', far: 'ssh://root@box/vpn'};

test.each([
	[[], {}, ['/run/vks/control.sock'], false],
	[['--socket', '/s'], inFile, ['/s'], false],
	[['--replay', '/r'], inFile, ['/run/vks/control.sock'], false],
	[['--host', 'ssh://root@box', '--container', 'vpn'], inFile, ['vpn@box'], true],
	[['--host=ssh://root@box'], {}, ['box'], true],
	[['--container', 'vpn', '--engine', 'podman'], {}, ['vpn'], true],
	[[], inFile, ['home', 'far'], true],
	[['--target', 'far'], inFile, ['far', 'home'], true],
	[['--target', 'b=docker:b', '--target=a=docker:a'], {}, ['b', 'a'], true],
	[['--target', 'new=docker:x'], inFile, ['new', 'home', 'far'], true],
] as const)('%j with a file of %j looks at %j', (given, file, names, named) => {
	expect(settled(given, file)).toEqual({names, named});
});

test.each([
	[['--host', 'ssh://box', '--socket', '/s'], '--host and --socket name two daemons'],
	[['--container', 'vpn', '--replay', '/r'], '--container and --replay'],
	[['--host', 'ssh://box', '--target', 'a=docker:a'], '--host and --target'],
	[['--engine', 'podman'], '--engine says what runs the container'],
	[['--container', 'vpn', '--engine', 'lxc'], '--engine cannot be "lxc"'],
	[['--container=-it'], '--container: "-it" is not a container'],
	[['--host=-oProxyCommand=x'], '--host: "-oProxyCommand=x" is not ssh://'],
	[['--host', 'ssh://box/vpn'], '--host: "ssh://box/vpn" is not ssh://'],
	[['--target', 'gone'], '"gone" is not in the file: write NAME='],
	[['--target', 'a=docker:a', '--target', 'a=docker:b'], '"a" is named twice'],
] as const)('%j is refused: %s', (given, why) => {
	expect(settled(given)).toEqual({why: expect.stringContaining(why)});
});

test('the file holds targets, says in which line one is wrong, and is printed as it was read', () => {
	const file = parseConsoleFile('/c.yaml', 'theme: mono\ntargets:\n  home: docker:vpn\n  far: ssh://root@box/podman:vpn\n');
	if (!file.ok) throw new Error(file.error);
	const found = settle({flags: {}, environment: {}, file: file.value});
	if (!found.ok) throw new Error(found.error);
	const again = parseConsoleFile('/again.yaml', printConfig(found.value));
	expect(again).toMatchObject({ok: true, value: {targets: {home: 'docker:vpn', far: 'ssh://root@box/podman:vpn'}}});
	expect(parseConsoleFile('/c.yaml', 'targets:\n  a: docker:a\n  b: ssh://-x/vpn\n')).toEqual({ok: false, error: '/c.yaml line 3: "-x" is not a host\'s name or address'});
	expect(parseConsoleFile('/c.yaml', 'targets:\n  a: 7\n')).toMatchObject({ok: false, error: expect.stringContaining('/c.yaml line 2: a must be a way')});
	expect(parseConsoleFile('/c.yaml', 'targets: far\n')).toMatchObject({ok: false, error: expect.stringContaining('line 1: targets must be a way')});
});

const targets: readonly TargetView[] = [{name: 'home', way: 'docker:vpn', far: true}, {name: 'far', way: 'ssh://root@box/vpn', far: true}];
const [home = null, far = null] = targets;
const looking = (): ViewState => ({...viewOf({columns: 120, rows: 40}), targets, target: home});
const act = (state: ViewState, ...actions: readonly Action[]) => {
	let effects: ReturnType<typeof update>['effects'] = [];
	const last = actions.reduce((current, action) => {
		const step = update(current, {type: 'action', action, atMs: current.nowMs + 1000});
		effects = step.effects;
		return step.state;
	}, state);
	return {state: last, effects};
};

test('T opens the picker on the one that is looked at; Enter on another one chooses it', () => {
	const opened = act(looking(), {id: 'targets'});
	expect(opened.state.dialog).toEqual({kind: 'targets', selected: 'home'});
	expect(act(opened.state, {id: 'move', by: 'down'}, {id: 'accept'}).effects).toEqual([{type: 'choose', name: 'far'}]);
	expect(act(opened.state, {id: 'targets'}, {id: 'targets'}).state.dialog).toEqual({kind: 'targets', selected: 'home'});
	expect(act(opened.state, {id: 'no'})).toMatchObject({state: {dialog: null}, effects: []});
});

test('Enter on the one that is looked at does nothing while it is connected, and tries again while it is not', () => {
	expect(act(looking(), {id: 'targets'}, {id: 'accept'}).effects).toEqual([]);
	const down = after(looking(), {type: 'link', link: {kind: 'down', problem: {code: 'unreachable', what: 'box does not answer.', next: ''}}});
	expect(act(down, {id: 'targets'}, {id: 'accept'}).effects).toEqual([{type: 'choose', name: 'home'}]);
});

test('a lockdown overtakes the picker, and is for the one that the header names', () => {
	expect(act(looking(), {id: 'targets'}, {id: 'move', by: 'down'}, {id: 'lockdown'}).effects).toMatchObject([{type: 'submit', command: {do: 'lockdown'}}]);
});

test('nothing of the one that was left is shown of the next: no state, no row, no dialog, no filter', () => {
	const state = act({...looking(), frozen: {...looking().live, atMs: 0, then: null}}, {id: 'focus', panel: 'drops'}, {id: 'filter'}, {id: 'type', text: 'x'}, {id: 'accept'}, {id: 'reconnect'}).state;
	const next = after(state, {type: 'target', name: 'far'});
	expect(next).toMatchObject({target: far, link: {kind: 'connecting'}, live: {snapshot: null}, frozen: null, dialog: null, pending: [], focus: 'drops'});
	expect(next.panels.drops.filter).toBe('');
	expect(after(next, {type: 'target', name: 'unknown'})).toBe(next);
});

test('an order that was left behind is named, and its number does not come again', () => {
	const locked = act(looking(), {id: 'lockdown'}).state;
	const next = after(locked, {type: 'target', name: 'far'});
	expect(next.notice?.text).toBe('lockdown: home was left before the outcome came');
	expect(next.nextTicket).toBe(locked.nextTicket);
});

const text = (state: ViewState): string => headerTop(state, themeFor({})).flatMap(({line}) => line.map(part => part.text)).join(' ');

test('the header names the target in every state, and nothing where nobody named one', () => {
	expect(text(looking())).toMatch(/^home /);
	expect(text(after(looking(), {type: 'target', name: 'far'}))).toMatch(/^far .*UNKNOWN/);
	expect(text(viewOf())).not.toContain('home');
	expect(truthSentences(looking(), themeFor({linear: true}))[0]).toBe('home: CONNECTED, PROVEN.');
	expect(truthSentences(viewOf(), themeFor({linear: true}))[0]).toBe('CONNECTED, PROVEN.');
	const long = {...looking(), target: {name: 'a-very-long-name-of-a-target', way: '', far: true}};
	expect(text(long)).toMatch(/^a-very-long-nam… /);
});

test('what stands on this machine is not said of another one', () => {
	const problem = {code: 'no-daemon' as const, what: 'At vpn on box: No daemon answers at /run/vks/control.sock.', next: 'Start it with `vks run`.'};
	const down = after({...looking(), target: far}, {type: 'link', link: {kind: 'down', problem}});
	const page = firstRunPage(down).map(line => ('text' in line ? line.text : '')).join('\n');
	for (const part of ['far (ssh://root@box/vpn) cannot be read', problem.what, 'not known here', `Next: ${problem.next}`]) expect(page).toContain(part);
	expect(page).not.toContain('docker run');
	expect(selectBanners(down)[0]?.text).toContain('NO CONNECTION  At vpn on box');
});

test('the palette offers each by its name; the key is offered where there is a choice', () => {
	expect(paletteMatches(looking(), 'target far')[0]?.entry).toMatchObject({title: 'target far', action: {id: 'target', name: 'far'}, disabled: null});
	expect(act(looking(), {id: 'target', name: 'far'}).effects).toEqual([{type: 'choose', name: 'far'}]);
	const offered = (state: ViewState): boolean => footerKeys(state).some(({keys}) => keys === 'T');
	expect([offered(looking()), offered(viewOf())]).toEqual([true, false]);
	expect(disabledReason({id: 'targets'}, viewOf())).toContain('--target NAME=');
	expect(disabledReason({id: 'targets'}, initialView({...looking(), targets}))).toBeNull();
});

interface FakeFeed extends Feed {
	readonly name: string;
	readonly emit: (event: FeedEvent) => void;
	readonly answer: (outcome: Outcome) => void;
	readonly closed: () => boolean;
}

function fakeFeed(name: string): FakeFeed {
	let listener: ((event: FeedEvent) => void) | null = null;
	let closed = false;
	let answer: (result: Result<Outcome, Problem>) => void = () => undefined;
	return {
		name,
		listen: next => (listener = next),
		emit: event => listener?.(event),
		answer: outcome => answer(ok(outcome)),
		submit: () => new Promise(resolve => (answer = resolve)),
		explain: () => Promise.resolve(null), preview: () => Promise.resolve(null), moment: () => Promise.resolve(null), facts: () => Promise.resolve(null),
		close: () => (closed = true),
		closed: () => closed,
	};
}

test('of several, the chosen one is heard; what another one says or answers later is nobody\'s', async () => {
	const opened: FakeFeed[] = [];
	const open = (name: string): Feed => {
		const feed = fakeFeed(name);
		opened.push(feed);
		return feed;
	};
	const feed = chosenFeed({names: ['home', 'far'], first: 'home', open});
	const events: FeedEvent[] = [];
	feed.listen(event => events.push(event));
	const late = {ok: true, message: 'late', durationMs: 1, problem: null};
	const answers: unknown[] = [];
	void feed.submit({do: 'reconnect'}).then(answer => answers.push(answer));
	feed.choose?.('far');
	const [left, chosen] = opened;
	expect(opened.map(({name, closed}) => [name, closed()])).toEqual([['home', true], ['far', false]]);
	left?.emit({type: 'snapshot', snapshot: fixture.snapshot});
	left?.answer(late);
	chosen?.emit({type: 'journal', entries: []});
	expect(events).toEqual([{type: 'target', name: 'far'}, {type: 'journal', entries: []}]);
	void feed.submit({do: 'reconnect'}).then(answer => answers.push(answer));
	chosen?.answer({...late, message: 'in time'});
	await new Promise(resolve => setImmediate(resolve));
	expect(answers).toEqual([{ok: true, value: {...late, message: 'in time'}}]);
	feed.choose?.('unknown');
	feed.choose?.('far');
	expect(opened.map(({name}) => name)).toEqual(['home', 'far', 'far']);
});
