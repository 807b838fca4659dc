/** The walk through the console: what is pressed, what must be seen then, and the sentence that stands beside the picture. */
import {setTimeout as sleep} from 'node:timers/promises';
import {echoPort, uplinks} from '../../lab/plan.ts';
import {press, until} from './screen.ts';
import {connected, hideServers, knock, openConsole, startTour, type Stage} from './stage.ts';

const {lan} = uplinks.addresses;
export interface Stop {
	readonly name: string;
	/** One sentence for the index. */
	readonly says: string;
	/** Leads there; the picture is taken when it resolves. */
	readonly go: (stage: Stage) => Promise<unknown>;
}

const shows = (...words: readonly string[]) => (text: string): boolean => words.every(word => text.includes(word));
const hides = (...words: readonly string[]) => (text: string): boolean => words.every(word => !text.includes(word));

/** Keys one after another, each with what it must lead to. */
const keys = (...steps: ReadonlyArray<readonly [key: string, good: (text: string) => boolean]>) => async ({screen}: Stage): Promise<void> => {
	for (const [key, good] of steps) await press(screen, key, 'what it leads to', good);
};
/** Letters into a field that is open: each once, because a letter said twice is another word, and apart, because together they are a paste. */
const type = (text: string, good: (screen: string) => boolean) => async ({screen}: Stage): Promise<void> => {
	// A dialog is deaf for its first 300 ms.
	await sleep(400);
	for (const letter of text) {
		screen.press(letter);
		await sleep(60);
	}
	await until(screen, text, good);
};
const all = (...parts: ReadonlyArray<(stage: Stage) => Promise<unknown>>) => async (stage: Stage): Promise<void> => {
	for (const part of parts) await part(stage);
};
const seen = (what: string, good: (text: string) => boolean, withinMs?: number) => ({screen}: Stage): Promise<unknown> => until(screen, what, good, withinMs);

const [enter, escape, tab] = ['\r', '\u001B', '\t'] as const;
const everyPanel = shows('1 Tunnel', '2 Ruleset', '3 Servers', '4 Drops', '5 Journal');
/** One panel alone, as `z` leaves it at this size. */
const alone = (key: string, name: string) => keys([key, shows(`> ${key} ${name}`)], ['z', text => text.includes(`> ${key} ${name}`) && !everyPanel(text)]);
const together = keys(['z', everyPanel]);
const closed = (title: string) => keys([escape, hides(title)]);

export const walk: readonly Stop[] = [
	{
		name: 'first-run',
		says: 'No daemon answers yet and there is no folder of tunnels: the page says what is missing and the commands that mend it.',
		go: async stage => {
			const back = hideServers(stage);
			await until(stage.screen, 'the first page', shows('No daemon answers', 'does not exist')).finally(() => undefined);
			stage.showServers = back;
		},
	},
	{
		name: 'connected',
		says: 'A daemon was started, and the console went live by itself: state and proof, tunnel, rules, servers, refused packets and journal.',
		go: async stage => {
			stage.showServers?.();
			const daemon = await startTour(stage);
			await connected(daemon);
			stage.lab.traffic();
			for (let times = 0; times < 6; times++) await knock(stage, lan.ipv4, echoPort);
			await until(stage.screen, 'a drill, and half a minute of traffic', text => /handshake 3\ds/.test(text) && text.includes('PROVEN'), 60_000);
		},
	},
	{name: 'help', says: '`?` lists every key, grouped by what it is for.', go: keys(['?', shows('Keys', '? or Esc closes')])},
	{name: 'tunnel', says: 'Enter on the tunnel opens all that is known of it: every vote with its history, the key\'s age, each reconnect and why.', go: all(closed('? or Esc closes'), keys(['1', shows('> 1 Tunnel')], [enter, shows('Esc closes')]))},
	{name: 'ruleset', says: 'The rules as the kernel evaluates them, with what each counted and why it is there.', go: all(closed('Esc closes'), alone('2', 'Ruleset'))},
	{name: 'ruleset-folded', says: '`C` folds every chain into one row with its sums.', go: keys(['C', shows('rules folded')])},
	{name: 'ruleset-filter', says: '`/` narrows it: words, names with a colon, a minus for what shall not match; Tab completes.', go: all(keys(['C', hides('rules folded')], ['/', shows('/_')]), type('chain:output -drop', shows('/chain:output -drop_')))},
	{name: 'rule', says: 'Enter opens a rule: the kernel\'s text, who made it, the setting it came from and what hits it.', go: all(keys([enter, hides('drop_')], [enter, shows('Esc closes')]))},
	{name: 'servers', says: 'The servers with what was measured through the policy and what came of the last dial; `f` marked a favourite.', go: all(closed('Esc closes'), keys([escape, hides('chain:output')]), together, alone('3', 'Servers'), keys(['f', shows('★')], ['p', text => /\d ms/.test(text)]))},
	{name: 'switch', says: 'Before a switch the dialog says what happens to traffic meanwhile.', go: keys(['s', shows('Switch server', 'y yes')])},
	{name: 'switched', says: 'The outcome with its duration, and the new exit.', go: all(keys(['y', hides('Switch server')]), seen('connected to the other one', shows('● CONNECTED', 'PROVEN', 'Switched to'), 30_000), together)},
	{name: 'drops', says: 'Refused packets in groups: how many, how fast, who sent them, and the rule that refused them.', go: all(stage => knock(stage, lan.ipv4, echoPort), alone('4', 'Drops'))},
	{name: 'drops-one-by-one', says: '`v` shows each packet by itself.', go: keys(['v', shows('time ')])},
	{name: 'drops-filter', says: 'The filter completes names and values.', go: all(keys(['v', shows('packets')], ['/', shows('/_')]), type(`dport:${echoPort} d`, shows('dir:')))},
	{name: 'drop', says: 'Enter on a refused packet: which rule, why, and the smallest change that would open it.', go: all(type('ir:out', shows('dir:out_')), keys([enter, hides('out_')], [enter, shows('would open')]))},
	{name: 'allow', says: '`a` makes a timed exception of it; the dialog shows exactly what will be allowed, down to the rules.', go: keys(['a', shows('Allow for a time', '@lease-exception')])},
	{name: 'allow-word', says: 'It takes a reason and a typed word.', go: all(keys([tab, shows('> reason')]), type('fetch the backup', shows('fetch the backup_')), keys([enter, shows('type allow and press Enter')]), type('allow', shows('Enter allows it')))},
	{name: 'allowed', says: 'The header counts down what is open.', go: all(keys([enter, text => text.includes('Exception 1') && !text.includes('Allow for a time')]), async stage => { for (let times = 0; times < 3; times++) await knock(stage, lan.ipv4, echoPort); }, keys([escape, everyPanel]))},
	{name: 'exceptions', says: '`x` lists what is open for a time.', go: keys(['x', shows('Open for a time')])},
	{name: 'revoke', says: '`x` again asks whether to close it now.', go: keys(['x', shows('Close 1', 'y yes')])},
	{name: 'revoked', says: 'And it is closed, with its open connections.', go: all(keys(['y', shows('Exception 1 is closed')], [escape, hides('Open for a time')]))},
	{name: 'drill', says: '`d` sends what should not pass and watches the links for it.', go: all(keys(['d', shows('drill')]), seen('its outcome', text => /drill \ds/.test(text), 30_000))},
	{name: 'full-drill', says: 'The full one takes the tunnel down, and asks for a word.', go: keys(['D', shows('type drill')])},
	{name: 'journal', says: 'What happened, newest first: states, policies, tampering, commands with outcome and duration, drills.', go: all(closed('type drill'), alone('5', 'Journal'))},
	{name: 'policy', says: 'Enter on a policy shows what it changed.', go: all(keys(['/', shows('/_')]), type('kind:policy force', shows('force_')), keys([enter, hides('force_')], [enter, shows('Esc closes')]))},
	{name: 'palette', says: '`:` finds a command by some letters of its name.', go: all(closed('Esc closes'), keys([escape, hides('kind:policy')]), together, keys([':', shows('Commands')]), type('swi', shows(': swi_')))},
	{name: 'lockdown', says: '`L` refuses everything at once.', go: all(closed('Commands'), keys(['L', shows('LOCKDOWN')]), seen('the proof of it', shows('LOCKDOWN', 'PROVEN')))},
	{name: 'runbook', says: '`i` opens the runbook: what to do when something is wrong, in its order, each step with its proof. Its keys work in it.', go: keys(['i', shows('When something is wrong', 'locked down since')])},
	{name: 'lift', says: 'The way back asks for a word.', go: all(keys(['U', shows('type lift')]), type('lif', shows(': lif_')))},
	{name: 'lifted', says: 'Lifted: the tunnel is dialled again, and traffic passes once it is verified.', go: all(type('t', shows('lift_')), keys([enter, hides('type lift')]), seen('connected again', shows('● CONNECTED', 'PROVEN'), 30_000))},
	{name: 'then', says: '`{` steps back to what something changed: the panels show what was allowed and dropped then, the header stays live.', go: all(keys(['{', shows('THEN')]), async ({screen}) => { for (let steps = 0; steps < 20 && !/THEN, .*LOCKDOWN/.test(screen.text()); steps++) await press(screen, '{', 'another moment', text => text.includes('THEN')); })},
	{name: 'evidence', says: '`e` writes all of it into a folder.', go: all(keys(['e', shows('evidence in')]))},
	{
		name: 'replay',
		says: 'The folder opens anywhere, without a daemon and without root: `vks-tui --replay FOLDER`.',
		go: async stage => {
			await stage.screen.close();
			stage.screen = openConsole(stage.lab, ['--replay', stage.evidence()]);
			await until(stage.screen, 'the replay', shows('REPLAY', 'Space plays'));
			await keys(['}', shows('CONNECTED')])(stage);
		},
	},
	{
		name: 'blocked',
		says: 'The uplink went: blocked, with the cause, and nothing passes.',
		go: async stage => {
			await stage.screen.close();
			stage.screen = openConsole(stage.lab);
			await until(stage.screen, 'connected', shows('CONNECTED', 'PROVEN'));
			await stage.lab.uplinkDown();
			await until(stage.screen, 'blocked', shows('BLOCKED', 'PROVEN'));
		},
	},
	{
		name: 'unknown',
		says: 'The daemon was killed: what it last said is shown as of then, and the proof is UNKNOWN.',
		go: async stage => {
			await stage.daemon?.kill();
			stage.daemon = null;
			await until(stage.screen, 'nobody answers', shows('UNKNOWN'));
		},
	},
];
