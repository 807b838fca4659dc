/** Routes, rules and sysctls that somebody else edits. */
import {uplinks} from '../../lab/plan.ts';
import {byExit, type Applied, type Fault} from '../fault.ts';
import type {Stage} from '../stage.ts';

const base = {touches: 'routing', changesKernel: true, expectJournal: ['network', 'tamper']} as const;
const {gateway, internet} = uplinks.addresses;
const families = ['-4', '-6'] as const;
type IpFamily = (typeof families)[number];
const via = (family: IpFamily): string => (family === '-4' ? gateway.ipv4 : gateway.ipv6);

interface Edit {
	readonly argv: readonly string[];
	/** What nobody else would take away. */
	readonly undo?: readonly string[];
}

const edit = (name: string, weight: number, make: (family: IpFamily, stage: Stage, pick: <T>(items: readonly T[]) => T) => Edit): Fault => ({
	...base, name, weight,
	apply: async (stage, dice): Promise<Applied> => {
		const family = dice.pick(families);
		const {argv, undo} = make(family, stage, items => dice.pick(items));
		const done = await stage.client('ip', family, ...argv);
		return {
			effect: byExit(done), detail: `ip ${family} ${argv.join(' ')}`,
			...(undo === undefined ? {} : {undo: () => stage.client('ip', family, ...undo)}),
		};
	},
});

const sysctl = (name: string, weight: number, keys: (uplink: string) => readonly string[], values: readonly number[]): Fault => ({
	...base, name, weight, touches: 'sysctl',
	apply: async (stage, dice) => {
		const value = dice.pick(values);
		const settings = keys(stage.lab.uplink()).map(key => `net.ipv4.conf.${key}=${value}`);
		const names = settings.map(setting => setting.split('=')[0] ?? '');
		const {stdout: before} = await stage.client('sysctl', '-n', ...names);
		const effect = byExit(await stage.client('sysctl', '-q', ...settings.flatMap(setting => ['-w', setting])));
		// What is set to the value it has is no change, and nobody can tell of it.
		const same = before.trim().split('\n').every(text => text === String(value));
		return {effect: same ? 'nothing' : effect, detail: settings.join(' ')};
	},
});

export const routingFaults: readonly Fault[] = [
	edit('default in main', 3, (family, {lab}) => ({argv: ['route', 'replace', 'default', 'via', via(family), 'dev', lab.uplink()]})),
	edit('half defaults in main', 2, (family, {lab}, pick) => ({argv: ['route', 'replace', pick(family === '-4' ? ['0.0.0.0/1', '128.0.0.0/1'] : ['::/1', '8000::/1', '2000::/3']), 'via', via(family), 'dev', lab.uplink()]})),
	edit('way out in table local', 2, (_family, {lab}) => ({argv: ['-4', 'route', 'replace', internet.ipv4, 'via', gateway.ipv4, 'dev', lab.uplink(), 'table', 'local']})),
	edit('a table of ours emptied', 3, (_family, _stage, pick) => ({argv: ['route', 'flush', 'table', pick(['51820', '51821'])]})),
	edit('unreachable deleted', 1, (_family, _stage, pick) => ({argv: ['route', 'delete', 'unreachable', 'default', 'table', pick(['51820', '51821']), 'metric', '4000000']})),
	edit('tunnel\'s table to the uplink', 2, (family, {lab}) => ({argv: ['route', 'replace', 'default', 'via', via(family), 'dev', lab.uplink(), 'table', '51820', 'metric', '1']})),
	edit('blackhole in the tunnel\'s table', 1, () => ({argv: ['route', 'add', 'blackhole', 'default', 'table', '51820', 'metric', '1']})),
	edit('a rule of ours deleted', 3, (_family, _stage, pick) => ({argv: ['rule', 'delete', 'pref', pick(['100', '200', '300'])]})),
	edit('all rules deleted', 2, () => ({argv: ['rule', 'flush'], undo: ['rule', 'add', 'pref', '32766', 'lookup', 'main']})),
	edit('rule before ours', 3, (_family, _stage, pick) => ({argv: ['rule', 'add', 'pref', pick(['0', '50', '99', '250']), 'lookup', 'main']})),
	edit('rule that refuses', 2, (_family, _stage, pick) => ({argv: ['rule', 'add', 'pref', pick(['0', '40']), pick(['prohibit', 'blackhole', 'unreachable'])]})),
	sysctl('rp_filter', 2, uplink => ['all.rp_filter', `${uplink}.rp_filter`], [0, 1, 2]),
	sysctl('src_valid_mark off', 1, () => ['all.src_valid_mark'], [0]),
	{
		...base, name: 'strict without the valid mark', weight: 2, touches: 'sysctl',
		apply: async stage => ({effect: byExit(await stage.client('sysctl', '-q', '-w', 'net.ipv4.conf.all.src_valid_mark=0', '-w', 'net.ipv4.conf.all.rp_filter=1'))}),
	},
];
