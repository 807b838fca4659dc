/** The small readers: ports, variables, names of secrets, what an image is for. */
import {expect, test} from 'vitest';
import {interpolate, parseDotenv} from '../../../src/audit/compose/interpolate.ts';
import {parseMount, parsePublished} from '../../../src/audit/compose/ports.ts';
import {baseName, portKind} from '../../../src/audit/image-kinds.ts';
import {secretIn, secretWords, wordsOf} from '../../../src/audit/secret-names.ts';

const same = (text: string): string => text;

test.each([
	['80', {hostAddress: '', hostPort: null, port: '80', transport: 'tcp'}],
	[8080, {hostAddress: '', hostPort: null, port: '8080', transport: 'tcp'}],
	['8080:80/udp', {hostAddress: '', hostPort: '8080', port: '80', transport: 'udp'}],
	['127.0.0.1::80', {hostAddress: '127.0.0.1', hostPort: null, port: '80', transport: 'tcp'}],
	['[::1]:8000-8010:8000-8010', {hostAddress: '[::1]', hostPort: '8000-8010', port: '8000-8010', transport: 'tcp'}],
	[':::80:80', {hostAddress: '::', hostPort: '80', port: '80', transport: 'tcp'}],
	[{target: 80, published: '81', host_ip: '::', protocol: 'udp'}, {hostAddress: '::', hostPort: '81', port: '80', transport: 'udp'}],
	['eighty', null], [null, null], [{published: 80}, null], ['1:2:3:4', null],
])('port %j', (entry, expected) => {
	expect(parsePublished(entry, same)).toEqual(expected);
});

test.each([
	['/a:/b', {source: '/a', readOnly: false}], ['/a:/b:ro,z', {source: '/a', readOnly: true}], ['/anonymous', null],
	[{type: 'bind', source: '/a', target: '/b', read_only: 'true'}, {source: '/a', readOnly: true}], [{type: 'tmpfs', target: '/b'}, null], [7, null],
])('mount %j', (entry, expected) => {
	expect(parseMount(entry, same)).toEqual(expected);
});

const variables = parseDotenv('A=one\nEMPTY=\n# C=3\nQUOTED="a b" # c\nBAD LINE\n');
test.each([
	['$A-${A}', 'one-one', []], ['$$A $ ${', '$A $ ${', []], ['${EMPTY:-x}${EMPTY-y}', 'x', []], ['${N:-${A:-z}}', 'one', []], ['${N:-${M-${A}}}!', 'one!', []],
	['${A:+set}${N:+set}', 'set', []], ['${N:?needed}$M', '', ['N', 'M']], ['$QUOTED', 'a b', []], ['${:?f}${}', '${:?f}${}', []], ['${C}', '', ['C']],
])('interpolate %s', (text, expected, unknown) => {
	expect(interpolate(text, variables)).toEqual({text: expected, unknown});
});

test.each(['DB_PASSWORD', 'PGPASSWORD', 'API_KEY', 'X_APIKEY', 'GITHUB_TOKEN', 'TOKEN', 'WIREGUARD_PRIVATE_KEY', 'SECRET_KEY_BASE', 'SMTP_PASS', 'CLIENT_SECRET', 'TS_AUTHKEY', 'spring.datasource.password'])('%s is a secret', name => {
	expect(secretIn(name, 'hunter2')).toBe('hunter2');
});

test.each(['DB_PASSWORD_FILE', 'TOKEN_TTL', 'PWD', 'PASSWORD_RESET_URL', 'BYPASS', 'COMPASS', 'PUBLIC_KEY', 'PATH', 'KEYBOARD', 'MONKEY', 'SECRETARY', 'WIREGUARD_PRIVATE_KEY_SECRETFILE'])('%s is none', name => {
	expect(secretIn(name, 'hunter2')).toBeNull();
});

test('words of a command line that are followed by a secret', () => {
	expect(secretWords(wordsOf('x --password=a -token b --pass "c d" --passive --keep --secret --next --url http://u:e@h'))).toEqual([
		{flag: '--password', value: 'a'}, {flag: '-token', value: 'b'}, {flag: '--pass', value: 'c d'}, {flag: 'an address with a login', value: 'e'},
	]);
});

test.each([['ghcr.io/qdm12/gluetun:v3@sha256:ab', 'gluetun'], ['registry:5000/a/Postgres', 'postgres'], ['', '']])('the base name of %s', (image, expected) => {
	expect(baseName(image)).toBe(expected);
});

test.each([
	['mine', '5432', 'tcp', 'database'], ['postgres', '99', 'tcp', 'database'], ['mine', '6370-6380', 'tcp', 'database'], ['grafana/grafana', '3000', 'tcp', 'dashboard'], ['mine', '2375', 'tcp', 'engine'],
	['traefik', '8080', 'tcp', 'dashboard'], ['traefik', '443', 'tcp', 'public'], ['nginx', '8080', 'tcp', 'other'], ['mine', '51820', 'udp', 'public'], ['mine', '8080', 'tcp', 'other'],
])('port %s %s/%s is %s', (image, port, transport, kind) => {
	expect(portKind({image}, {port, transport})).toBe(kind);
});
