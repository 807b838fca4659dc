/** Views with what is open for a time, and a refused packet that may be opened: the lab's own stand in `excepted`. */
import type {DropView, ExceptionView, Preview} from '../../src/control/schema.ts';
import type {Action} from '../../src/console/actions.ts';
import type {ViewState} from '../../src/console/view.ts';
import {after, fixture, viewOf} from './screen-view.ts';

/** As `preview` answers on a namespace of the lab; exception-preview.test.ts holds the two together. */
export const databasePreview: Preview = {
	refused: null,
	text: 'tcp to 172.30.7.20:5432 for uid 1000',
	rules: [
		{table: 'inet', chain: 'input', text: 'iifname "eth0" ip saddr 172.30.7.20/32 tcp sport 5432 meta l4proto @lease-exception-1 ct state established ct direction reply counter name "c_exception-1-answers" accept comment "exception-1-answers"'},
		{table: 'inet', chain: 'output', text: 'oifname "eth0" ip daddr 172.30.7.20/32 tcp dport 5432 meta l4proto @lease-exception-1 meta skuid 1000 counter name "c_exception-1-out" accept comment "exception-1-out"'},
		{table: 'netdev', chain: 'egress', text: 'oifname "eth0" ip daddr 172.30.7.20/32 tcp dport 5432 meta l4proto @lease-exception-1 counter name "c_exception-1-egress" accept comment "exception-1-egress"'},
	],
	notes: [],
};
export const dnsRefusal: Preview = {...databasePreview, text: '', rules: [], refused: {what: 'The exception was refused: port 53 is DNS, which goes through the tunnel or nowhere.', next: 'Name the address in /etc/hosts instead.'}};

export const refusedDatabase: DropView = {
	atMs: fixture.snapshot.atMs - 1000, ruleId: 'refuse-out', direction: 'out', inInterface: null, outInterface: 'eth0', source: '172.30.7.2', destination: '172.30.7.20',
	protocol: 'tcp', sourcePort: 40_122, destinationPort: 5432, icmpType: null, uid: 1000, gid: 1000, length: 60,
};

const exception = (id: number, minutes: number, change: Partial<ExceptionView>): ExceptionView => ({
	id, protocol: 'tcp', range: '172.30.7.20/32', port: 5432, direction: 'out', uid: 1000, by: 'alice', reason: 'restore the backup', text: 'tcp to 172.30.7.20:5432 for uid 1000',
	open: true, grantedForMs: 900_000, endsAtMs: fixture.snapshot.atMs + minutes * 60_000, packets: 214, ...change,
});
export const twoExceptions: readonly ExceptionView[] = [
	exception(3, 42, {protocol: 'icmp', range: '192.168.1.0/24', port: null, uid: null, by: 'bob', reason: 'find the printer', text: 'icmp to 192.168.1.0/24', packets: 4}),
	exception(2, 13, {}),
];

/** The drops with one more: the newest, so the selected one. */
export const withDatabaseDrop = (view: ViewState = viewOf()): ViewState => acting(after(view, {type: 'drops', records: [refusedDatabase]}), {id: 'focus', panel: 'drops'});

export const withExceptions = (view: ViewState = viewOf(), exceptions: readonly ExceptionView[] = twoExceptions): ViewState => {
	const {snapshot} = view.live;
	return snapshot === null ? view : after(view, {type: 'snapshot', snapshot: {...snapshot, exceptions: [...exceptions]}, atMs: view.nowMs});
};

/** Slowly enough for a dialog to hear them, as one presses keys. */
export const acting = (state: ViewState, ...actions: readonly Action[]): ViewState => after(state, ...actions.map((action, index) => ({type: 'action', action, atMs: state.nowMs + index * 400}) as const));

export const answered = (state: ViewState, preview: Preview | null = databasePreview): ViewState => (state.dialog?.kind === 'allow' && state.dialog.asked !== null ? after(state, {type: 'preview', key: state.dialog.asked, preview}) : state);
