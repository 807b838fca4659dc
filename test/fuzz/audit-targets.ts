/** What an audit reads: other people's compose files, and what iptables-save, nft and an engine print. */
import assert from 'node:assert/strict';
import {readFileSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {interpolate} from '../../src/audit/compose/interpolate.ts';
import {readCompose} from '../../src/audit/compose/read.ts';
import {atLeast} from '../../src/audit/finding.ts';
import {judgeProject} from '../../src/audit/judge.ts';
import {publishedFindings} from '../../src/audit/published.ts';
import {dockerUserFindings} from '../../src/audit/rules/docker-user.ts';
import {parseIptables} from '../../src/audit/rules/parse-iptables.ts';
import {parseNft} from '../../src/audit/rules/parse-nft.ts';
import {fateOf} from '../../src/audit/rules/walk.ts';
import {checkText} from './checks.ts';
import {brokenText} from './mutate.ts';
import {target, type FuzzTarget} from './target.ts';

const fixtures = join(import.meta.dirname, '../fixtures');
const text = (...path: readonly string[]): string => readFileSync(join(fixtures, ...path), 'utf8');
const canary = 'c4n4ry9f8e7d';
const composes = [
	...readdirSync(join(fixtures, 'compose')).filter(name => name.endsWith('.yaml')).map(name => text('compose', name)),
	`x: &x {ports: ["8080:80"]}\nservices:\n  a:\n    <<: *x\n    image: x\n    environment: {A_TOKEN: ${canary}, DATABASE_URL: "postgres://u:${canary}@h"}\n    command: [--password=${canary}]\n`,
];
const rulesets = ['docker-20.10/nft/iptables.txt', 'docker-20.10/legacy/iptables.txt', 'ufw/iptables.txt', 'ufw/ip6tables.txt'].map(name => text('rules', name));
const listings = ['docker-20.10/nft/nft.json', 'firewalld/nft.json', 'moby/29.7.2/usernet-portmap.json'].map(name => text('rules', name));
const probe = {in: 'eth0', out: 'docker0', from: '198.51.100.1', to: '172.17.0.2', protocol: 'tcp', port: 80, original: {to: '', port: 8080}};

export const auditTargets: readonly FuzzTarget[] = [
	target('compose files', brokenText(composes, ['*x', '&x', '<<: *x', '${A:-${B}}', '- ', '[', '__proto__: {privileged: true}', 'services:', 'ports: [":80"]']), broken => {
		const project = readCompose({path: 'c.yaml', text: broken, dotenv: broken});
		if (!project.ok) return checkText(project.error);
		for (const {severity, what, proof, fix} of [...project.value.services.flatMap(publishedFindings), ...judgeProject(project.value)]) {
			assert.ok(atLeast(severity, 'low'));
			// What a file calls a service may hold anything; what is printed is cleaned where it is printed.
			for (const each of [what, proof, fix]) assert.ok(each !== '' && !each.includes('undefined'));
		}
	}, 0.3),
	target('variables of compose files', brokenText(['${A:-${B:-c}}$D$$${E:?f}', '${', '${A', '$', '${A:+${B}}'], ['${', '}', ':-', '$']), broken => {
		const {unknown} = interpolate(broken, new Map([['A', '1'], ['B', '']]));
		for (const name of unknown) assert.match(name, /^[A-Za-z_]\w*$/);
	}),
	target('rules of iptables-save', brokenText(rulesets, ['-j DOCKER-USER', '-g FORWARD', '!', '-A FORWARD -j FORWARD', '-m', '"']), broken => {
		const tables = parseIptables(broken);
		for (const chain of ['FORWARD', 'INPUT', 'PREROUTING'] as const) assert.ok(['accepted', 'refused', 'unknown'].includes(fateOf(tables.get('filter'), chain, probe)));
		for (const {commands, undo} of dockerUserFindings({sets: [{family: 4, backend: 'nft', tables}], nft: null}, ['docker0'])) for (const argv of [...commands, ...undo]) assert.ok(argv[0]?.endsWith('-nft'));
	}, 0.5),
	target('rulesets of nft', brokenText(listings, ['"chain"', 'null', '{', '[]']), broken => {
		const facts = parseNft(broken);
		for (const name of facts?.closedInputs ?? []) assert.match(name, /^.* .* /s);
		for (const {chains, chain} of facts?.bases ?? []) assert.ok(['accepted', 'refused', 'unknown'].includes(fateOf(chains, chain, probe)));
	}, 0.5),
];
