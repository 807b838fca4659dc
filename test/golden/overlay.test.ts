/** What `vks egress compose` prints, whole: read the diff as what then may leave. */
import {join} from 'node:path';
import {readFileSync, writeFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {repositoryFolder} from '../../lab/program.ts';
import {auditFiles} from '../../src/audit/open-compose.ts';
import {shell} from '../unit/cli/harness.ts';
import {temporaryFolder} from '../unit/control/harness.ts';

const example = join(repositoryFolder, 'container/compose/egress');
const resolver = ['--resolver', '9.9.9.9'] as const;

interface Case {
	readonly name: string;
	readonly compose: string;
	readonly options: readonly string[];
}

const cases: readonly Case[] = [
	{name: 'one-service', compose: 'services:\n  app: {image: app}\n', options: ['--service', 'app', '--allow', 'api.example.org', ...resolver]},
	{
		name: 'several-services-names-and-ports', compose: 'version: "3.8"\nservices:\n  app: {image: app, depends_on: [db]}\n  db: {image: "postgres:16"}\n  web: {image: web, depends_on: [app]}\n',
		options: ['--service', 'db', '--service', 'app', '--beside', 'web', '--allow', 'B.example.org 8443 443', '--allow', 'a.example.org 80; deb.debian.org 80 443', ...resolver, '--resolver', '1.1.1.1', '--image', 'registry.example/vks:1', '--name', 'pay'],
	},
	{
		name: 'replaced-and-not-held',
		compose: 'services:\n  app: {image: app, privileged: true, networks: [front], dns: 8.8.8.8, ports: ["8080:80"], depends_on: [db]}\n  db: {image: postgres}\nnetworks: {front: {}}\n',
		options: ['--service', 'app', '--allow', 'api.example.org', ...resolver],
	},
	{
		name: 'given-the-host',
		compose: 'services:\n  app: {image: app, volumes: ["/:/host"], use_api_socket: true, devices: ["/dev/sda:/dev/sda", "/dev/dri"], volumes_from: [other]}\n  side: {image: side, network_mode: "service:app", cap_add: [NET_RAW]}\n  far: {image: side, network_mode: "service:side"}\n  other: {image: other}\n',
		options: ['--service', 'app', '--allow', 'api.example.org', ...resolver],
	},
];

describe.each(cases)('$name', ({name, compose, options}) => {
	const print = async (): Promise<string> => {
		const path = join(temporaryFolder(), 'compose.yaml');
		writeFileSync(path, compose);
		return (await (await shell()).vks('egress', 'compose', path, ...options)).out.replaceAll(path, 'compose.yaml');
	};

	test('is what it was, and the same each time', async () => {
		const text = await print();
		await expect(text).toMatchFileSnapshot(`overlays/${name}.yaml`);
		expect(await print()).toBe(text);
	});

	test('an audit finds nothing of high or medium severity in it', async () => {
		const path = join(temporaryFolder(), 'overlay.yaml');
		writeFileSync(path, await print());
		const report = auditFiles([path]);
		if (!report.ok) throw new Error(report.error.what);
		expect(report.value.findings.filter(({severity}) => severity !== 'low')).toEqual([]);
		expect(report.value.notLooked).toEqual([]);
		// Who is governed has its own limits in its own file; the proxy has all of them here.
		expect(report.value.findings.filter(({what}) => what.includes('-proxy'))).toEqual([]);
	});
});

test('the shipped overlay is what the command in its README prints', async () => {
	const command = /^vks (egress compose [^>]*) > docker-compose\.egress\.yaml$/m.exec(readFileSync(join(example, 'README.md'), 'utf8').replaceAll(/ \\\n\s+/g, ' '))?.[1] ?? '';
	const argv = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '').map(word => (word === 'compose.yaml' ? join(example, word) : word));
	const {code, out, err} = await (await shell()).vks(...argv);
	expect({code, err}).toEqual({code: 0, err: ''});
	expect(out.replaceAll(example + '/', '')).toBe(readFileSync(join(example, 'docker-compose.egress.yaml'), 'utf8'));
});

test('an audit finds nothing of high or medium severity in the shipped example', () => {
	const report = auditFiles(['compose.yaml', 'docker-compose.egress.yaml'].map(name => join(example, name)));
	if (!report.ok) throw new Error(report.error.what);
	expect(report.value.findings.filter(({severity}) => severity !== 'low')).toEqual([]);
});
