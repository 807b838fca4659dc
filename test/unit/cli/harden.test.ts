/** `vks harden` with files: what it prints, for people and for programs, and how it ends. Nothing is changed. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {planLines} from '../../../src/cli/harden-text.ts';
import {render} from '../../../src/cli/output.ts';
import {noChoices, parseChoices} from '../../../src/harden/choices.ts';
import {planSchema} from '../../../src/harden/plan-schema.ts';
import {temporaryFolder} from '../control/harness.ts';
import {shell, type Ran} from './harness.ts';

const bad = 'services:\n  db:\n    image: postgres:16\n    ports: ["5432:5432"]  # hunter2\n  px: {image: nginx, ports: ["443:443"]}\n';

async function hardened(text: string, ...options: readonly string[]): Promise<Ran> {
	const folder = temporaryFolder();
	const path = join(folder, 'compose.yaml');
	writeFileSync(path, text);
	const ran = await (await shell({env: {VKS_STATE_FOLDER: join(folder, 'state')}})).vks('harden', path, ...options);
	expect(readFileSync(path, 'utf8')).toBe(text);
	return {...ran, out: ran.out.replaceAll(path, '/srv/compose.yaml')};
}

test('for a person', async () => {
	const {code, out} = await hardened(bad);
	expect(code).toBe(1);
	expect(out).toMatchInlineSnapshot(`
		"/srv/compose.yaml
		       closes port-published: A database is published to every network of the host: 5432 to 5432/tcp of service db of /srv/compose.yaml.
		--- /srv/compose.yaml
		+++ /srv/compose.yaml
		@@ -4 +4 @@
		-    ports: ["5432:5432"]  #…
		+    ports: ["127.0.0.1:5432:5432"]  #…
		       then   docker compose up -d db, in its folder: what runs keeps its ports until then

		1 change; these ports are then reached from this host alone.
		Not changed: port-published: A port that is usually meant for everybody is published to every network of the host: 443 to 443/tcp of service px of /srv/compose.yaml. It is usually meant for everybody; \`--close 443/tcp\` closes it.
		"
	`);
});

test('for a program: the documented schema', async () => {
	const plan = planSchema.parse(JSON.parse((await hardened(bad, '--json', '--close', '443')).out));
	expect(plan.changes.map(({where, closes}) => [where, closes.map(({id}) => id)])).toEqual([['/srv/compose.yaml', ['port-published', 'port-published']]]);
	expect(plan.choices).toEqual({letIn: [], open: [], close: ['443/tcp'], outbound: null, sessions: []});
});

test('nothing to do is exit code 0, no such file 3, what is no choice 2', async () => {
	expect(await hardened('services: {a: {image: x}}\n')).toMatchObject({code: 0, out: 'Nothing to do: all that is found and that rules can close is closed.\n'});
	expect(await hardened('- a\n')).toMatchObject({code: 3, err: expect.stringContaining('it is no compose file')});
	expect(await hardened(bad, '--open', 'http')).toMatchObject({code: 2, err: expect.stringContaining('--open takes ports')});
	expect(await hardened(bad, '--confirm-within', '1s')).toMatchObject({code: 2});
	expect(await hardened(bad, '--apply', '--undo')).toMatchObject({code: 2, err: expect.stringContaining('two orders')});
});

test('without files, where no engine is: exit code 3, and what to do', async () => {
	const {code, out, err} = await (await shell({env: {VKS_STATE_FOLDER: temporaryFolder()}})).vks('harden', '--docker', '/nowhere/docker.sock');
	expect({code, out}).toEqual({code: 3, out: ''});
	expect(err).toContain('/nowhere/docker.sock is no socket');
});

test('what was chosen is said, and tabs are spaces at a terminal', () => {
	const choices = parseChoices({'letIn': '192.168.1.0/24', open: '8080', close: '443', outbound: 'dns,ntp'}, noChoices);
	if (!choices.ok) throw new Error(choices.error);
	const step = {kind: 'table', is: null, becomes: null} as const;
	const lines = planLines({choices: choices.value, changes: [{where: 'here', closes: [], diff: ['+\tchain'], then: '', apply: step, undo: step}], left: [{what: 'a: It is open.', why: 'you said so'}], notLooked: [{what: 'some', why: 'no nft'}]});
	expect(lines.map(line => render(line, false))).toEqual([
		'here', '+    chain', '',
		'1 change; 192.168.1.0/24 still get in; 8080/tcp stay open to everybody; 443/tcp closed too; the host itself begins nothing by its uplinks but dns, ntp.',
		'Not changed: a: It is open. You said so.', 'Not looked at: some. No nft.',
	]);
});
