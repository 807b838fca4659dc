/** `vks audit` with files: what it prints, for people and for programs, and how it ends. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {reportSchema} from '../../../src/audit/report-schema.ts';
import {temporaryFolder} from '../control/harness.ts';
import {shell, type Ran} from './harness.ts';

const bad = 'services:\n  db: {image: "postgres:16", ports: ["5432:5432"], mem_limit: 1g, pids_limit: 9}\n';

async function audited(text: string, ...options: readonly string[]): Promise<Ran> {
	const path = join(temporaryFolder(), 'compose.yaml');
	writeFileSync(path, text);
	const ran = await (await shell()).vks('audit', path, ...options);
	return {...ran, out: ran.out.replaceAll(path, 'compose.yaml')};
}

test('for a person', async () => {
	const {code, out} = await audited(bad);
	expect(code).toBe(1);
	expect(out).toMatchInlineSnapshot(`
		"high   port-published: A database is published to every network of the host: 5432 to 5432/tcp of service db of compose.yaml.
		       seen  compose.yaml line 2: ports "5432:5432"
		       risk  Who can reach the host can talk to it, and often needs no password; a rule of ufw does not keep them out, because the engine's own rules come first.
		       fix   In service db of compose.yaml: \`ports: ["127.0.0.1:5432:5432"]\`, or the address of the one network that may.

		low    no-limits: Service db of compose.yaml lacks no-new-privileges.
		       seen  compose.yaml line 2: security_opt not set
		       risk  What breaks into it may gain rights by a setuid program.
		       fix   In service db of compose.yaml: \`security_opt: ["no-new-privileges:true"]\`.

		1 high, 1 low; looked at compose.yaml (1 service).
		"
	`);
});

test('for a program: the documented schema, the worst also of what is not listed', async () => {
	const {out} = await audited(bad, '--json', '--severity', 'high');
	const report = reportSchema.parse(JSON.parse(out));
	expect(report.findings.map(({id}) => id)).toEqual(['port-published']);
	expect(report.worst).toBe('high');
	expect(report.looked).toEqual(['compose.yaml (1 service)']);
});

test('nothing of high severity is exit code 0, a file that is none 3, a level that is none 2', async () => {
	expect((await audited('services: {a: {image: x}}\n')).code).toBe(0);
	expect((await audited(bad, '--severity', 'low')).code).toBe(1);
	const none = await audited('- a\n');
	expect(none.code).toBe(3);
	expect(none.err).toContain('it is no compose file');
	expect((await audited(bad, '--severity', 'awful')).code).toBe(2);
});

test('without files, where no engine is: exit code 3, and what to do', async () => {
	const {code, out, err} = await (await shell()).vks('audit', '--docker', '/nowhere/docker.sock');
	expect({code, out}).toEqual({code: 3, out: ''});
	expect(err).toContain('/nowhere/docker.sock is no socket');
	expect(err).toContain('name compose files');
});
