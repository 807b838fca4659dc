/** Ports of compose files put to 127.0.0.1: nothing else of the text changes, and what takes it back gives the very same text. */
import {createHash} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {readCompose} from '../../../src/audit/compose/read.ts';
import {isEverywhere} from '../../../src/audit/service.ts';
import {noChoices, type Choices} from '../../../src/harden/choices.ts';
import {planCompose} from '../../../src/harden/compose.ts';
import {withPieces} from '../../../src/harden/pieces.ts';
import type {Plan} from '../../../src/harden/plan.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

function planOf(text: string, choices: Choices = noChoices): Plan {
	const plan = planCompose({path: '/srv/compose.yaml', text, dotenv: null}, choices, digest);
	if (!plan.ok) throw new Error(plan.error);
	return plan.value;
}

function changed(text: string, choices?: Choices): string {
	const [change] = planOf(text, choices).changes;
	if (change?.apply.kind !== 'file' || change.undo.kind !== 'file') return text;
	const after = withPieces(text, change.apply.pieces) ?? expect.unreachable();
	expect(digest(after)).toBe(change.apply.becomes);
	expect(withPieces(after, change.undo.pieces)).toBe(text);
	return after;
}

const inService = (entry: string): string => `services:\n  web:\n    image: mine\n    ports:\n${entry}\n`;

test.each([
	['- "8080:80"', '- "127.0.0.1:8080:80"'],
	['- 8080:80', '- "127.0.0.1:8080:80"'],
	["- '8080:80/udp'  # a word", "- '127.0.0.1:8080:80/udp'  # a word"],
	['- 3000', '- "127.0.0.1::3000"'],
	['- "0.0.0.0:8080:80"', '- "127.0.0.1:8080:80"'],
	['- "[::]:8080:80"', '- "127.0.0.1:8080:80"'],
	['- "8000-8010:8000-8010"', '- "127.0.0.1:8000-8010:8000-8010"'],
	['- "${PORT:-8080}:80"', '- "127.0.0.1:${PORT:-8080}:80"'],
	['- {target: 80, published: 8080}', '- {host_ip: 127.0.0.1, target: 80, published: 8080}'],
	['- target: 80\n        published: "8080"', '- host_ip: 127.0.0.1\n        target: 80\n        published: "8080"'],
	['- {target: 80, published: 8080, host_ip: "0.0.0.0"}', '- {target: 80, published: 8080, host_ip: "127.0.0.1"}'],
])('%s', (before, after) => {
	expect(changed(inService(`      ${before}`))).toBe(inService(`      ${after}`));
});

test.each(['- "127.0.0.1:8080:80"', '- "192.168.1.2:8080:80"', '- "${BIND:-0.0.0.0:}8080:80"', '- "${UNKNOWN}"'])('left as it is: %s', entry => {
	expect(changed(inService(`      ${entry}`))).toBe(inService(`      ${entry}`));
});

test('line ends and an anchor that two services share', () => {
	expect(changed('services:\r\n  a:\r\n    image: x\r\n    ports:\r\n      - target: 80\r\n        published: 81\r\n')).toBe('services:\r\n  a:\r\n    image: x\r\n    ports:\r\n      - host_ip: 127.0.0.1\r\n        target: 80\r\n        published: 81\r\n');
	expect(changed('x: &x\n  ports: ["80:80"]\nservices:\n  a: {<<: *x, image: m}\n  b: {<<: *x, image: m}\n')).toBe('x: &x\n  ports: ["127.0.0.1:80:80"]\nservices:\n  a: {<<: *x, image: m}\n  b: {<<: *x, image: m}\n');
});

test('an entry that two services share is left where one of them keeps it open', () => {
	const text = 'x: &p ["443:443"]\nservices:\n  px: {image: nginx, ports: *p}\n  db: {image: mine, ports: *p}\n';
	expect(changed(text)).toBe(text);
	expect(planOf(text).left.map(({what}) => /service \w+/.exec(what)?.[0])).toEqual(['service px', 'service db']);
});

test.each(['- &k target: 80\n        published: 8080', '- ? target\n        : 80\n        published: 8080'])('never a file that reads differently: %s', entry => {
	const text = inService(`      ${entry}`);
	const next = changed(text);
	const ports = (of: string) => readCompose({path: '/c.yaml', text: of, dotenv: null});
	const [before, after] = [ports(text), ports(next)];
	expect(after.ok && after.value.services.map(({name}) => name)).toEqual(before.ok && before.value.services.map(({name}) => name));
	if (next === text) expect(planOf(text).left.length + planOf(text).notLooked.length).toBeGreaterThan(0);
});

test('a service\'s name is no part of a command where a shell would read more in it', () => {
	expect(planOf('services:\n  "a; touch /tmp/x #": {image: m, ports: ["80:80"]}\n').changes[0]?.then).toMatch(/^docker compose up -d, in its folder/);
});

test('no value that stands beside a port is shown', () => {
	const texts = [
		'services: {db: {image: postgres, environment: {POSTGRES_PASSWORD: hunter2}, ports: ["5432:5432"], command: "--pw hunter2"}}\n',
		inService('      - "8080:80" # hunter2'), inService('      - {target: 80, x-note: hunter2}'),
		'services:\n  db:\n    image: postgres\n    environment: {P: hunter2}\n    ports: ["5432:5432"]\n    command: hunter2\n',
	];
	for (const text of texts) {
		expect(changed(text)).toContain('127.0.0.1');
		const [change] = planOf(text).changes;
		expect(change?.diff.join('\n')).toContain('127.0.0.1');
		expect(JSON.stringify(change)).not.toContain('hunter2');
	}
});

test('what stays open is named, with what closes it', () => {
	const text = 'services:\n  px: {image: nginx, ports: ["443:443", "81:81"]}\n';
	expect(planOf(text).left).toEqual([{what: expect.stringContaining('443 to 443/tcp of service px'), why: 'it is usually meant for everybody; `--close 443/tcp` closes it'}]);
	expect(changed(text)).toContain('["443:443", "127.0.0.1:81:81"]');
	expect(changed(text, {...noChoices, close: ['443/tcp'], open: ['81/tcp']})).toContain('["127.0.0.1:443:443", "81:81"]');
});

describe('the files of others', () => {
	const folder = join(import.meta.dirname, '../../fixtures/compose');
	const names = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter(name => /\.ya?ml$/.test(name));

	test.each(names)('%s: closed, the rest the same, and nothing more to do', name => {
		const text = readFileSync(join(folder, name), 'utf8');
		const read = (of: string) => readCompose({path: '/srv/compose.yaml', text: of, dotenv: null});
		const before = read(text);
		if (!before.ok) return;
		const {left} = planOf(text);
		const next = changed(text);
		const after = read(next);
		if (!after.ok) throw new Error(after.error);
		expect(after.value.services.flatMap(({ports}) => ports.filter(isEverywhere)).length).toBeLessThanOrEqual(left.length);
		expect(after.value.services.map(({image, ports}) => [image, ports.map(({port}) => port)])).toEqual(before.value.services.map(({image, ports}) => [image, ports.map(({port}) => port)]));
		expect(planOf(next).changes).toEqual([]);
	});

	test('there are some', () => expect(names.length).toBeGreaterThan(5));
});
