/** What an operator opens for a time, ends, and tries, at any moment. */
import {permittedPort, uplinks} from '../../lab/plan.ts';
import type {Command} from '../../src/control/schema.ts';
import type {Fault} from '../fault.ts';

type Allow = Extract<Command, {do: 'allow'}>;

const base = {touches: 'openings', changesKernel: true, expectJournal: ['command']} as const;
const {lan} = uplinks.addresses;
const plain = {range: lan.ipv4, uid: null, reason: 'chaos', by: 'chaos'} as const;

/** To the lab's host `lan` only. What is sent to the first one the witness counts apart; to the others nobody sends. */
const wishes: readonly Omit<Allow, 'seconds'>[] = [
	{...plain, do: 'allow', protocol: 'udp', port: permittedPort, direction: 'out'},
	{...plain, do: 'allow', protocol: 'tcp', port: permittedPort, direction: 'out', uid: 65_533},
	{...plain, do: 'allow', protocol: 'tcp', port: permittedPort, direction: 'in'},
	{...plain, do: 'allow', protocol: 'icmp', port: null, direction: 'out'},
];

export const openingFaults: readonly Fault[] = [
	{
		...base, name: 'allow', weight: 4,
		apply: async (stage, dice) => {
			const wish = dice.chance(0.6) ? wishes[0] : dice.pick(wishes);
			return stage.tell({...(wish ?? dice.pick(wishes)), seconds: dice.between(1, 20)});
		},
	},
	{
		...base, name: 'allow and revoke', weight: 2,
		apply: async (stage, dice) => {
			const allowed = await stage.tell({...dice.pick(wishes), seconds: 60});
			return {...allowed, undo: async () => {
				for (const {id} of stage.daemon().snapshot().exceptions) await stage.tell({do: 'revoke', id});
			}};
		},
	},
	{
		...base, name: 'revoke', weight: 2,
		apply: async stage => {
			const [first] = stage.daemon().snapshot().exceptions;
			return first === undefined ? {effect: 'nothing'} : stage.tell({do: 'revoke', id: first.id});
		},
	},
	{
		name: 'drill', weight: 5, touches: 'drill', changesKernel: false, expectJournal: [],
		/** Runs while the next fault is done. Nothing leaves, so that it finds nothing: a leak it reports is a false one, and locks down. */
		apply: async stage => {
			const answer = stage.drill();
			return {effect: 'changed', undo: async () => {
				const found = await answer;
				if (found?.kind === 'failed') throw new Error(`a drill reported a leak that the witness did not see: ${found.detail} ${JSON.stringify(found.probes.filter(({seen}) => seen))}`);
			}};
		},
	},
];
