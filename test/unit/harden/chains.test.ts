/** Edits of chains: what they make, and that what undoes them does. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {applicable, edited, restoreText, undoOf, type Chains, type Edit} from '../../../src/harden/chains.ts';

const chains: Chains = new Map([['INPUT', []], ['FORWARD', ['-j DOCKER-USER', '-j DOCKER']], ['DOCKER-USER', ['-j RETURN']]]);
const rule = fc.constantFrom('-j RETURN', '-j DOCKER-USER', '-i eth0 -j DROP', '-j VKS-HARDEN');
const builtIn = fc.constantFrom('INPUT', 'FORWARD', 'DOCKER-USER');
const edit: fc.Arbitrary<Edit> = fc.oneof(
	fc.record({do: fc.constant('fill' as const), chain: fc.constantFrom('VKS-HARDEN', 'VKS-HARDEN-IN'), rules: fc.array(rule, {maxLength: 3})}),
	fc.record({do: fc.constant('remove' as const), chain: fc.constantFrom('VKS-HARDEN', 'VKS-HARDEN-IN')}),
	fc.record({do: fc.constant('insert' as const), chain: builtIn, at: fc.constant(1), rule}),
	fc.record({do: fc.constant('delete' as const), chain: builtIn, rule}),
);
const plain = (some: Chains) => Object.fromEntries(some);

describe('undo', () => {
	test('leads back to every rule, in its order', () => {
		fc.assert(fc.property(fc.array(edit, {maxLength: 12}), edits => {
			expect(plain(edited(edited(chains, edits), undoOf(chains, edits)))).toEqual(plain(chains));
		}));
	});

	test('what fits of it acts on what is there, whatever others did meanwhile', () => {
		fc.assert(fc.property(fc.array(edit, {maxLength: 8}), fc.array(edit, {maxLength: 8}), (edits, others) => {
			const now = edited(edited(chains, edits), others);
			const undo = applicable(now, undoOf(chains, edits));
			let step = now;
			for (const each of undo) {
				const rules = step.get(each.chain);
				if (each.do !== 'fill') expect(rules).toBeDefined();
				if (each.do === 'delete') expect(rules).toContain(each.rule);
				if (each.do === 'insert') expect(each.at).toBeLessThanOrEqual((rules?.length ?? 0) + 1);
				step = edited(step, [each]);
			}
			expect(applicable(edited(chains, edits), undoOf(chains, edits))).toEqual(undoOf(chains, edits));
		}));
	});
});

test('one transaction of iptables-restore', () => {
	expect(restoreText([
		{do: 'fill', chain: 'VKS-HARDEN', rules: ['-i eth0 -j DROP']}, {do: 'insert', chain: 'DOCKER-USER', at: 1, rule: '-j VKS-HARDEN'},
		{do: 'delete', chain: 'FORWARD', rule: '-j DOCKER'}, {do: 'append', chain: 'FORWARD', rule: '-j DOCKER'}, {do: 'remove', chain: 'OLD'},
	])).toBe('*filter\n:VKS-HARDEN - [0:0]\n-A VKS-HARDEN -i eth0 -j DROP\n-I DOCKER-USER 1 -j VKS-HARDEN\n-D FORWARD -j DOCKER\n-A FORWARD -j DOCKER\n-F OLD\n-X OLD\nCOMMIT\n');
});

test('chains are removed when all of them are emptied, and one that somebody else uses by now stays, asked as it is', () => {
	const undo: readonly Edit[] = [
		{do: 'delete', chain: 'DOCKER-USER', rule: '-j VKS-HARDEN'}, {do: 'remove', chain: 'VKS-HARDEN'}, {do: 'delete', chain: 'FORWARD', rule: '-j DOCKER-USER'},
		{do: 'delete', chain: 'DOCKER-USER', rule: '-j RETURN'}, {do: 'remove', chain: 'DOCKER-USER'},
	];
	expect(restoreText(undo)).toBe('*filter\n-D DOCKER-USER -j VKS-HARDEN\n-D FORWARD -j DOCKER-USER\n-D DOCKER-USER -j RETURN\n-F VKS-HARDEN\n-F DOCKER-USER\n-X VKS-HARDEN\n-X DOCKER-USER\nCOMMIT\n');
	const now = (user: readonly string[]): Chains => new Map([['FORWARD', ['-j DOCKER-USER']], ['DOCKER-USER', user], ['VKS-HARDEN', ['-i eth0 -j DROP']]]);
	const isOurs = (chain: string): boolean => chain === 'VKS-HARDEN';
	expect(applicable(now(['-j VKS-HARDEN', '-j RETURN']), undo, isOurs)).toEqual(undo);
	expect(applicable(now(['-s 192.0.2.1/32 -j DROP', '-j VKS-HARDEN', '-j RETURN']), undo, isOurs)).toEqual(undo.slice(0, 2));
});
