/**
 * A daemon for trying the console by hand and in terminal tests: the real control server over a controller that plays the
 * recording on, once a second. `node test/helpers/screen-daemon.ts FOLDER [SITUATION]`, one of those of screen-view.ts.
 */
import {startControlServer} from '../../src/control/server.ts';
import type {Command, Outcome, Snapshot} from '../../src/control/schema.ts';
import type {ControllerEvent, ControllerPort} from '../../src/controller/port.ts';
import {fixture, situations, snapshotOf} from './screen-view.ts';

export function playingController(start: Snapshot): ControllerPort & {readonly tick: () => void} {
	const listeners = new Set<(event: ControllerEvent) => void>();
	let snapshot = start;
	let seq = 100;
	const shift = Date.now() - fixture.snapshot.atMs;
	const later = <Value extends {readonly atMs: number}>(value: Value): Value => ({...value, atMs: value.atMs + shift});
	const tell = (event: ControllerEvent): void => {
		for (const listener of listeners) listener(event);
	};
	const note = (text: string): void => tell({type: 'journal', entries: [{seq: seq++, atMs: Date.now(), kind: 'command', level: 'info', text}]});
	const next = (change: Partial<Snapshot> = {}): void => {
		snapshot = {...snapshot, ...change, seq: snapshot.seq + 1, atMs: Date.now()};
		tell({type: 'snapshot', snapshot});
	};
	const state = (kind: Snapshot['state']['kind'], detail: string, server = snapshot.state.server): Snapshot['state'] => ({...snapshot.state, kind, detail, server, sinceMs: Date.now()});

	const run = (command: Command): Outcome => {
		const outcome: Outcome = {ok: true, message: 'done', durationMs: 1.7, problem: null};
		if (command.do === 'lockdown') next({state: state('lockdown', 'Locked down by operator: from the console')});
		if (command.do === 'lift') next({state: state('connected', 'Verified.')});
		if (command.do === 'switch') next({state: state('connected', 'Verified.', command.server), servers: snapshot.servers.map(server => ({...server, current: server.id === command.server}))});
		note(`${command.do}: done in 1.7 ms`);
		return outcome;
	};

	return {
		snapshot: () => snapshot,
		recentDrops: () => fixture.drops.map(later),
		recentJournal: () => fixture.journal.map(later),
		submit: command => Promise.resolve(run(command)),
		explain: query => ({verdict: 'reject', ruleId: 'refuse-out', reason: 'Nothing else may go out.', setting: 'vks', via: 'eth0', wouldOpen: `NETWORK=${query.destination}/32 opens this address by the uplink`, path: ['tunnel-out', 'refuse-out']}),
		facts: async () => ({atMs: 0, sections: []}),
		preview: ({protocol, range, port}) => ({refused: null, text: `${protocol} to ${range}:${port}`, rules: [{table: 'inet', chain: 'output', text: `oifname "eth0" ip daddr ${range} ${protocol} dport ${port} accept`}], notes: []}),
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		tick() {
			const nowMs = Date.now();
			const rules = snapshot.rules.map(rule => (rule.packetsPerSecond === 0 ? rule : {...rule, packets: rule.packets + rule.packetsPerSecond, bytes: rule.bytes + rule.packetsPerSecond * 900, lastHitMs: nowMs - 200}));
			const {tunnel} = snapshot;
			const rate = Math.round(1_000_000 + 400_000 * Math.sin(nowMs / 5000));
			next({
				rules,
				proof: {...snapshot.proof, checkedAtMs: snapshot.proof.checkedAtMs === null ? null : nowMs - 20},
				drops: {...snapshot.drops, total: snapshot.drops.total + snapshot.drops.perSecond},
				tunnel: tunnel === null ? null : {...tunnel, handshakeAtMs: nowMs - (nowMs % 130_000), rxBytesPerSecond: rate, rxBytes: tunnel.rxBytes + rate, rxHistory: [...tunnel.rxHistory.slice(1), rate]},
			});
			const drop = fixture.drops[snapshot.seq % fixture.drops.length];
			if (drop !== undefined) tell({type: 'drops', records: [{...drop, atMs: nowMs}], lost: 0});
		},
	};
}

if (import.meta.main) {
	const [runFolder = '/tmp/vks-screen', kind = 'connected'] = process.argv.slice(2);
	const snapshot = snapshotOf(situations.find(name => name === kind) ?? 'connected');
	const shift = Date.now() - snapshot.atMs;
	const shifted: Snapshot = {
		...snapshot,
		atMs: snapshot.atMs + shift,
		state: {...snapshot.state, sinceMs: snapshot.state.sinceMs + shift},
		tunnel: snapshot.tunnel === null ? null : {...snapshot.tunnel, connectedAtMs: (snapshot.tunnel.connectedAtMs ?? 0) + shift},
		rules: snapshot.rules.map(rule => ({...rule, lastHitMs: rule.lastHitMs === null ? null : rule.lastHitMs + shift})),
	};
	const controller = playingController(shifted);
	const server = await startControlServer({controller, runFolder, version: '0.1.0'});
	if (!server.ok) throw new Error(server.error.what);
	controller.tick();
	const timer = setInterval(controller.tick, 1000);
	const stop = (): void => {
		clearInterval(timer);
		void server.value.close().then(() => process.exit(0));
	};
	process.on('SIGTERM', stop);
	process.on('SIGINT', stop);
	process.stdout.write(`${server.value.controlPath}\n`);
}
