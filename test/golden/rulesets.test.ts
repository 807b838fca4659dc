/** Every situation of every configuration, as the nft text the kernel is given. Read them: they are the policy. */
import {describe, expect, test} from 'vitest';
import {compile} from '../../src/policy/compile.ts';
import {noLeaseChanges} from '../../src/policy/lease.ts';
import {renderInet, renderNetdev} from '../../src/policy/render.ts';
import {configurations, situations} from '../helpers/situations.ts';

describe.each(Object.entries(configurations))('configuration %s', (configurationName, config) => {
	test.each(Object.entries(situations))('%s', async (situationName, situation) => {
		const ruleset = compile(config, situation);
		const leases = {...noLeaseChanges, grants: ruleset.leases.map(lease => ({lease, remainingMs: lease.forMs}))};
		const text = `${renderInet(ruleset, {mode: 'standing', leases})}\n${renderNetdev(ruleset, {mode: 'standing', leases}) ?? '# no interface to hook the backstop on\n'}`;
		await expect(text).toMatchFileSnapshot(`rulesets/${configurationName}-${situationName}.nft`);
	});
});
