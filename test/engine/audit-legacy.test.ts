/** The same as in audit.test.ts, of an engine that writes its rules by iptables-legacy. */
import {expect, test} from 'vitest';
import {images} from '../../lab/engine/images.ts';
import {auditOn} from '../helpers/audit-acts.ts';
import {closesAndReopens, goesOn} from '../helpers/audit-fault.ts';
import {engineStage} from '../helpers/engine-stage.ts';

const stage = engineStage({iptables: 'legacy', settings: {'userland-proxy': false}});

test('iptables-legacy: a port past an INPUT that drops, and a rule that is never reached', async () => {
	const audit = auditOn(stage(), 'legacy');
	await audit.keepRules();
	const accepting = [['-i', 'lo'], ['-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED'], ['-p', 'ipv6-icmp']];
	for (const program of ['iptables-legacy', 'ip6tables-legacy']) {
		for (const match of accepting.filter(words => program.startsWith('ip6') || !words.includes('ipv6-icmp'))) await audit.rules(program, '-A', 'INPUT', ...match, '-j', 'ACCEPT');
		await audit.rules(program, '-P', 'INPUT', 'DROP');
	}
	await stage().engine.docker(['run', '--detach', '--name', 'web', '--publish', '127.0.0.1:8080:8080', images.application]);
	for (const id of ['port-past-firewall', 'docker-user-unreachable', 'two-backends']) expect(await audit.found(id)).toEqual([]);
	expect(await audit.reaches()).toBe(false);
	await stage().engine.docker(['rm', '--force', 'web']);

	await stage().engine.docker(['run', '--detach', '--name', 'web', '--publish', '8080:8080', images.application]);
	await goesOn(stage());
	expect(await audit.one('port-past-firewall')).toMatchObject({severity: 'high', what: expect.stringContaining('The policy of iptables-legacy\'s INPUT')});
	await closesAndReopens(stage(), audit, 'port-past-firewall', () => audit.reaches());

	// With that setting nothing of the engine stands between, and nothing answers over IPv6.
	expect(await audit.found('userland-proxy')).toEqual([]);
	expect(await audit.reaches(stage().lab.description.addresses.client.ipv6)).toBe(false);

	await audit.rules('iptables-legacy', '-A', 'DOCKER-USER', '-i', 'eth0', '-m', 'conntrack', '--ctstate', 'NEW', '-j', 'DROP');
	expect((await audit.one('docker-user-unreachable')).proof).toContain('iptables-legacy-save: `-A DOCKER-USER -j RETURN`');
	await closesAndReopens(stage(), audit, 'docker-user-unreachable', () => audit.reaches());
});
