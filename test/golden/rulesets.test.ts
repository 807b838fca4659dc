/** Every situation of every configuration, as the nft text the kernel is given. Read them: they are the policy. */
import {expect, test} from 'vitest';
import {compile} from '../../src/policy/compile.ts';
import {noLeaseChanges} from '../../src/policy/lease.ts';
import {renderInet, renderNetdev} from '../../src/policy/render.ts';
import {combinations, configurations, governed} from '../helpers/situations.ts';

const all = [...combinations, ...Object.entries(governed).map(([name, situation]) => ({name: `lan-${name}`, config: configurations.lan, situation}))];

test.each(all)('$name', async ({name, config, situation}) => {
	const ruleset = compile(config, situation);
	const leases = {...noLeaseChanges, grants: ruleset.leases.map(lease => ({lease, remainingMs: lease.forMs}))};
	const text = `${renderInet(ruleset, {mode: 'standing', leases})}\n${renderNetdev(ruleset, {mode: 'standing', leases}) ?? '# no interface to hook the backstop on\n'}`;
	await expect(text).toMatchFileSnapshot(`rulesets/${name}.nft`);
});
