/** What a hardening would change of the rules that Docker, ufw and operators wrote, and that what it says comes true. */
import {describe, expect, test} from 'vitest';
import {judgeEngine, type Scene} from '../../../src/audit/judge-engine.ts';
import {chainsOf, edited, type Chains} from '../../../src/harden/chains.ts';
import {noChoices, parseChoices, type Choices} from '../../../src/harden/choices.ts';
import {planPackets} from '../../../src/harden/packets.ts';
import type {Running} from '../../../src/audit/engine/facts.ts';
import {docker, engineWith, hostWith, published, running, withUser} from '../audit/rulesets.ts';

const ports = [published('0.0.0.0', '8080', '80'), published('::', '8080', '80')];
const web = running('web', '172.17.0.2', ports);
const proxy = running('proxy', '172.17.0.3', [published('0.0.0.0', '443', '443')], {image: 'nginx'});

const sceneOf = (ip4: string, more: Parameters<typeof hostWith>[1] = {}, ...all: readonly Running[]): Scene => ({engine: engineWith(...(all.length === 0 ? [web] : all)), host: hostWith(ip4, more), notLooked: []});
const choicesOf = (typed: Parameters<typeof parseChoices>[0], before: Choices = noChoices): Choices => {
	const parsed = parseChoices(typed, before);
	if (!parsed.ok) throw new Error(parsed.error);
	return parsed.value;
};
const diffs = (scene: Scene, choices: Choices = noChoices): string => planPackets(scene, choices).changes.map(({diff}) => diff.join('\n')).join('\n');

/** The rules as they will be listed. */
function applied(text: string, edits: Parameters<typeof edited>[1]): string {
	const lines = (chains: Chains): string => [...[...chains.keys()].map(name => `:${name} ${['INPUT', 'OUTPUT'].includes(name) ? 'ACCEPT' : name === 'FORWARD' ? 'DROP' : '-'} [0:0]`), ...[...chains].flatMap(([name, rules]) => rules.map(rule => `-A ${name} ${rule}`))].join('\n');
	const filter = /\*filter\n[\s\S]*?COMMIT\n/;
	return text.replace(filter, () => `*filter\n${lines(edited(chainsOf(hostWith(text).rules.sets[0]?.tables.get('filter')), edits))}\nCOMMIT\n`);
}

function afterwards(ip4: string, choices: Choices): Scene {
	const scene = sceneOf(ip4);
	const {changes} = planPackets(scene, choices);
	const of = (family: 4 | 6) => changes.flatMap(({apply}) => (apply.kind === 'packets' && apply.family === family ? apply.edits : []));
	return sceneOf(applied(ip4, of(4)), {ip6: applied('*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n', of(6))});
}

test('a published port, in both families, with who may still get in', () => {
	expect(diffs(sceneOf(docker), choicesOf({letIn: '10.1.0.0/16,fd00::/64'}))).toMatchInlineSnapshot(`
		"--- table filter of iptables-nft
		+++ table filter of iptables-nft
		@@ -1,2 +1,7 @@
		 :DOCKER-USER - [0:0]
		+:VKS-HARDEN - [0:0]
		+-A DOCKER-USER -j VKS-HARDEN
		 -A DOCKER-USER -j RETURN
		+-A VKS-HARDEN -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN
		+-A VKS-HARDEN -s 10.1.0.0/16 -j RETURN
		+-A VKS-HARDEN -i eth0 -p tcp -m conntrack --ctstate NEW --ctorigdstport 8080 --ctdir ORIGINAL -j DROP
		--- table filter of ip6tables-nft
		+++ table filter of ip6tables-nft
		@@ -0,0 +1,5 @@
		+:VKS-HARDEN-IN - [0:0]
		+-A INPUT -j VKS-HARDEN-IN
		+-A VKS-HARDEN-IN -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN
		+-A VKS-HARDEN-IN -s fd00::/64 -j RETURN
		+-A VKS-HARDEN-IN -i eth0 -p tcp -m tcp --dport 8080 -j DROP"
	`);
});

test.each([
	['Docker alone', docker],
	['rules of the operator\'s own', withUser('-s 192.168.7.0/24 -j RETURN', '-i eth1 -j DROP')],
	['without DOCKER-USER', docker.replaceAll(/^.*DOCKER-USER.*\n/gm, '')],
	['with a DOCKER-USER that nothing leads to', docker.replace('-A FORWARD -j DOCKER-USER\n', '')],
	['with a rule that accepts before DOCKER-USER', withUser('-i eth1 -j DROP').replace('-A FORWARD -j DOCKER-USER', '-A FORWARD -i eth0 -j ACCEPT\n-A FORWARD -j DOCKER-USER')],
])('%s: what is planned closes what was found, and then nothing is left to do', (_, text) => {
	for (const choices of [noChoices, choicesOf({letIn: '10.1.0.0/16'})]) {
		expect(judgeEngine(sceneOf(text)).findings.map(({id}) => id)).toContain('port-published');
		const after = afterwards(text, choices);
		expect(judgeEngine(after).findings.filter(({id}) => /^port-|^docker-user/.test(id))).toEqual([]);
		expect(planPackets(after, choices).changes).toEqual([]);
	}
});

describe('what stays open', () => {
	const scene = sceneOf(docker.replace('--dport 90 -j ACCEPT', '--dport 443 -j ACCEPT'), {}, web, proxy);

	test('what is meant for everybody, unless it is named', () => {
		expect(diffs(scene)).not.toContain('443');
		expect(planPackets(scene, noChoices).left).toEqual([{what: expect.stringContaining('443 to 443/tcp of container proxy'), why: 'it is usually meant for everybody; `--close 443/tcp` closes it'}]);
		expect(diffs(scene, choicesOf({close: '443'}))).toContain('--ctorigdstport 443 ');
	});

	test('what the operator says', () => {
		expect(planPackets(scene, choicesOf({open: '8080'}))).toMatchObject({changes: [], left: [{why: 'you said that it stays open (`--open`)'}, {}]});
	});

	test('a port that was closed is opened again by that choice, and stays closed while its container is not there', () => {
		const closed = afterwards(docker, noChoices);
		const without = {...closed, engine: engineWith()};
		expect(planPackets(without, noChoices).changes).toEqual([]);
		const reopened = planPackets(closed, choicesOf({open: '8080/tcp'}));
		expect(reopened.changes.map(({apply}) => (apply.kind === 'packets' ? apply.edits : []))).toEqual([
			[{do: 'delete', chain: 'DOCKER-USER', rule: '-j VKS-HARDEN'}, {do: 'remove', chain: 'VKS-HARDEN'}],
			[{do: 'delete', chain: 'INPUT', rule: '-j VKS-HARDEN-IN'}, {do: 'remove', chain: 'VKS-HARDEN-IN'}],
		]);
	});
});

test('a login by SSH to a port that is closed goes on, and may come again', () => {
	const ssh = running('ssh', '172.17.0.2', [published('0.0.0.0', '22', '80')]);
	const choices: Choices = {...noChoices, sessions: [{from: choicesOf({letIn: '203.0.113.9'}).letIn[0] ?? expect.unreachable(), port: 22}]};
	expect(diffs(sceneOf(docker, {}, ssh), choices)).toContain('+-A VKS-HARDEN -s 203.0.113.9/32 -p tcp -m conntrack --ctorigdstport 22 --ctdir ORIGINAL -j RETURN\n+-A VKS-HARDEN -i eth0');
	expect(diffs(sceneOf(docker), choices)).not.toContain('203.0.113.9');
});

test.each([
	[{letIn: '10.1.2.3/16, fd00::7'}, {letIn: ['10.1.0.0/16', 'fd00::7/128']}],
	[{letIn: '10.1.0.0/17,10.1.128.0/17'}, {letIn: ['10.1.0.0/16']}],
	[{open: '443,51820/udp,443/tcp'}, {open: ['443/tcp', '51820/udp']}],
	[{letIn: 'none'}, {letIn: []}],
])('choices %o', (typed, expected) => {
	expect(choicesOf(typed, choicesOf({letIn: '192.0.2.1'}))).toMatchObject(expected);
});

test.each([
	[{letIn: 'home'}, '--let-in takes addresses or ranges, such as 192.168.1.0/24,fd00::/64, or none, and not "home"'],
	[{letIn: '10.0.0.0/8,0.0.0.0/0'}, '--let-in takes addresses or ranges, such as 192.168.1.0/24,fd00::/64, or none, and not "0.0.0.0/0"'],
	[{open: '0'}, '--open takes ports, such as 443,51820/udp, or none, and not "0"'],
	[{close: '80/icmp'}, '--close takes ports, such as 443,51820/udp, or none, and not "80/icmp"'],
	[{open: '80', close: '80/tcp'}, '--open and --close both name 80/tcp'],
])('choices that are none: %o', (typed, error) => {
	expect(parseChoices(typed, noChoices)).toEqual({ok: false, error});
});
