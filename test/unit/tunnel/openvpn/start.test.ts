import {EventEmitter} from 'node:events';
import {expect, test, vi} from 'vitest';
import {linuxDevices} from '../../../../src/kernel/devices.ts';
import type {DeviceDeps} from '../../../../src/kernel/devices-deps.ts';
import type {Channel} from '../../../../src/kernel/line-channel.ts';
import {parseLinkCounters} from '../../../../src/kernel/parse-net-dev.ts';
import {ok} from '../../../../src/result.ts';
import {fakeMachine, nameOf} from '../device-fakes.ts';

const name = nameOf('vks0');
const order = {config: 'client\nkey canary\n', options: ['--dev', 'vks0', '--management-hold'], runFolder: '/run/vks'};

function fakeChannel() {
	const events = new EventEmitter();
	const said: string[] = [];
	const channel: Channel = {
		say: line => void said.push(line),
		listen: listener => void events.on('line', listener),
		onClose: listener => void events.once('close', listener),
		close: () => void said.push('closed'),
	};
	return {channel, said, events};
}

function machine(replaced: Partial<DeviceDeps> = {}) {
	const starts: {readonly argv: readonly string[]; readonly input: string | undefined}[] = [];
	const talk = fakeChannel();
	const base = fakeMachine({}, {channel: async () => ok(talk.channel), ...replaced});
	const deps: DeviceDeps = {
		...base.deps,
		start: async (argv, environment, input) => {
			starts.push({argv, input});
			return base.deps.start(argv, environment, input);
		},
		...(replaced.start === undefined ? {} : {start: replaced.start}),
	};
	return {...base, starts, talk, start: () => linuxDevices(deps).startOpenvpn(name, order)};
}

test('OpenVPN is started by its absolute path; the configuration comes on its standard input and is in no argument', async () => {
	const {start, starts, commands} = machine();
	expect(await start()).toMatchObject({ok: true, value: {interface: 'vks0'}});
	expect(starts).toEqual([{
		argv: ['/usr/sbin/openvpn', '--config', 'stdin', '--management', '/run/vks/openvpn/vks0', 'unix', '--management-client-user', 'root', '--dev', 'vks0', '--management-hold'],
		input: order.config,
	}]);
	expect(JSON.stringify(commands)).not.toContain('canary');
});

test.each<[string, Partial<DeviceDeps>, string, string]>([
	['no /dev/net/tun', {tun: async () => 'missing'}, 'no-tun', '--device /dev/net/tun'],
	['no openvpn', {findProgram: async () => null}, 'no-openvpn', 'apt-get install openvpn'],
	['no place for its socket', {socketIn: () => Promise.reject(new Error('EROFS'))}, 'tunnel-failed', 'VKS_RUN_FOLDER'],
	['a program that cannot be run', {start: async () => ({ok: false, error: 'refused'})}, 'tunnel-failed', 'tries again'],
	['a socket that never opens', {channel: async () => ({ok: false, error: 'ENOENT'})}, 'tunnel-failed', 'tries again'],
])('%s is a problem that names its remedy', async (_name, replaced, code, next) => {
	expect(await machine(replaced).start()).toMatchObject({ok: false, error: {code, stillBlocking: true, next: expect.stringContaining(next) as string}});
});

test('one that ends before it can be spoken to is told at once', async () => {
	const {start} = machine({
		channel: async () => ({ok: false, error: 'ENOENT'}),
		start: async () => ok({pid: 7, exited: Promise.resolve(1), kill: () => undefined, lastWords: () => ''}),
	});
	expect(await start()).toMatchObject({ok: false, error: {what: expect.stringContaining('ended before it could be spoken to') as string, next: expect.stringContaining('2.5 or newer') as string}});
});

test('lines go to and fro, its end is told when its socket closes, and removing it ends the process', async () => {
	const {start, talk, signals} = machine({linkCounters: () => '  vks0: 20 0 0 0 0 0 0 0 30 0 0 0 0 0 0 0\n'});
	const made = await start();
	if (!made.ok) throw new Error(made.error.what);
	const [heard, ended] = [vi.fn(), vi.fn()];
	made.value.listen(heard);
	made.value.onExit(ended);
	made.value.say('hold release');
	talk.events.emit('line', '>HOLD:x');
	expect([talk.said, heard.mock.calls]).toEqual([['hold release'], [['>HOLD:x']]]);
	expect(made.value.carried()).toEqual({rxBytes: 20, txBytes: 30});
	talk.events.emit('close');
	expect(ended).toHaveBeenCalledTimes(1);
	await made.value.remove();
	await made.value.remove();
	expect(signals).toEqual(['SIGTERM']);
	expect(talk.said).toEqual(['hold release', 'closed']);
});

test('an orphan of an earlier daemon is killed, also where it has no link yet; one of another name is not', async () => {
	const orphans = new Set([21, 22]);
	const {start} = machine({
		processes: async () => [
			{pid: 21, argv: ['/usr/sbin/openvpn', '--config', 'stdin', '--dev', 'vks0', '--verb', '3']},
			{pid: 22, argv: ['/usr/sbin/openvpn', '--config', 'stdin', '--dev', 'vks01', '--dev-type', 'vks0']},
		].filter(({pid}) => orphans.has(pid)),
		kill: pid => orphans.delete(pid),
	});
	expect((await start()).ok).toBe(true);
	expect([...orphans]).toEqual([22]);
});

test.each([
	['   vks0:12 0 0 0 0 0 0 0 34 0 0 0 0 0 0 0', {rxBytes: 12, txBytes: 34}],
	['  vks01: 12 0 0 0 0 0 0 0 34 0 0 0 0 0 0 0', null],
	['vks0: x', null],
	['', null],
])('counters of %j', (text, counters) => {
	expect(parseLinkCounters(`Inter-|\n face |\n${text}\n`, 'vks0')).toEqual(counters);
});
