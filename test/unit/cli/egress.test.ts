/** `vks egress compose`: what it refuses and says, for people and for programs, and how it ends. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {parse} from 'yaml';
import {z} from 'zod';
import {temporaryFolder} from '../control/harness.ts';
import {shell, type Ran} from './harness.ts';

const plain = 'services:\n  app: {image: app}\n';
const right = ['--service', 'app', '--allow', 'api.example.org', '--resolver', '9.9.9.9'];

async function overlaid(text: string, ...options: readonly string[]): Promise<Ran> {
	const path = join(temporaryFolder(), 'c.yaml');
	writeFileSync(path, text);
	const {code, out, err} = await (await shell()).vks('egress', 'compose', path, ...options);
	return {code, out: out.replaceAll(path, 'c.yaml'), err: err.replaceAll(path, 'c.yaml')};
}

test('for a program: the same text, and what it means', async () => {
	const {code, out, err} = await overlaid(plain, ...right, '--json');
	expect([code, err]).toEqual([0, '']);
	expect(z.looseObject({overlay: z.string()}).parse(JSON.parse(out))).toMatchObject({version: 1, file: 'docker-compose.egress.yaml', services: ['app'], allowed: [{name: 'api.example.org', ports: [443]}], caveats: []});
	expect(z.looseObject({overlay: z.string()}).parse(JSON.parse(out)).overlay).toBe((await overlaid(plain, ...right)).out);
});

test.each<[string, readonly string[], string]>([
	['nothing at all', [], '--service is missing.'],
	['nothing allowed', ['--service', 'app', '--resolver', '9.9.9.9'], '--allow is missing.'],
	['no resolver', ['--service', 'app', '--allow', 'a.example'], '--resolver is missing.'],
	['a wildcard', ['--service', 'app', '--allow', '*.example.org', '--resolver', '9.9.9.9'], '--allow *.example.org is a wildcard, and a network\'s alias is one whole name.'],
	['an address', ['--service', 'app', '--allow', '203.0.113.9 443', '--resolver', '9.9.9.9'], '--allow 203.0.113.9 is an address'],
	['a uid', ['--service', 'app', '--allow', 'uid 1000 a.example', '--resolver', '9.9.9.9'], '--allow uid 1000 a.example is for a uid, which a network cannot tell.'],
	['DNS', ['--service', 'app', '--allow', 'a.example 53', '--resolver', '9.9.9.9'], 'asks for DNS'],
	['the engine\'s resolver', ['--service', 'app', '--allow', 'a.example', '--resolver', '127.0.0.11'], '--resolver 127.0.0.11 is loopback: the engine\'s resolver has the names as aliases of the proxy'],
	['a resolver by IPv6', ['--service', 'app', '--allow', 'a.example', '--resolver', '2620:fe::fe'], 'is IPv6, and the proxy\'s networks are IPv4'],
	['a resolver by name', ['--service', 'app', '--allow', 'a.example', '--resolver', 'dns.example'], '--resolver dns.example is a name'],
	['more than can be told', ['--service', 'app', '--allow', Array.from({length: 3000}, (_, index) => `h${index}.example.org`).join(';'), '--resolver', '9.9.9.9'], '--allow has 3000 entries, which are more than the proxy can be told.'],
	['one that is held and is not', [...right, '--beside', 'app'], '--beside app is named by --service too.'],
	['an image that is more than a name', [...right, '--image', 'vks\n    privileged: true'], 'is no name of an image'],
	['a network that is more than a name', [...right, '--name', 'a: b'], '--name a: b is no name of a network.'],
	['a service that is more than a name', ['--service', 'a b', '--allow', 'a.example', '--resolver', '9.9.9.9'], '--service a b is no name of a service.'],
])('wrong usage: %s', async (_what, options, said) => {
	const {code, out, err} = await overlaid(plain, ...options);
	expect([code, out]).toEqual([2, '']);
	expect(err).toContain(said);
});

test.each<[string, string, string, string]>([
	['is not in the file', 'services: {web: {image: x}}\n', 'c.yaml has no service app.', 'It has web.'],
	['is in the host\'s network', 'services: {app: {image: x, network_mode: host}}\n', 'Service app has network_mode: host, which Compose does not join with a network.', 'Remove network_mode'],
	['is in another\'s network', 'services: {vpn: {image: x}, app: {image: x, network_mode: "service:vpn"}}\n', 'network_mode: service:vpn', 'Name vpn instead'],
	['meets the overlay\'s own network', 'services: {app: {image: x}}\nnetworks: {egress-out: {}}\n', 'c.yaml has a network egress-out itself.', '--name NAME'],
	['meets the overlay\'s own service', 'services: {app: {image: x}, egress-proxy: {image: x}}\n', 'c.yaml has a service egress-proxy itself.', '--name NAME'],
	['is in no compose file', '- a\n', 'c.yaml cannot be read', 'Name a compose file that can.'],
	['is in a file that includes others', 'include: [other.yaml]\n', 'it has no services of its own', 'docker compose config'],
])('nothing is printed where the service %s', async (_what, text, said, next) => {
	const {code, out, err} = await overlaid(text, ...right);
	expect([code, out]).toEqual([1, '']);
	expect(err).toContain(`No overlay was made: ${said.startsWith('c.yaml') || said.startsWith('Service') ? said : ''}`);
	expect(err).toContain(said);
	expect(err).toContain(next);
});

test.each<[string, string, string]>([
	['a privileged one', 'privileged: true', 'Service app is privileged: the overlay does not hold it.'],
	['one with the engine\'s socket', 'volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]', 'Service app has the container engine\'s socket: the overlay does not hold it.'],
	['one that may make routes', 'cap_add: [NET_ADMIN, CHOWN]', 'Service app adds NET_ADMIN: the overlay does not hold it.'],
	['one that may send raw packets', 'cap_add: [CAP_NET_RAW, SYS_ADMIN]', 'Service app adds NET_RAW, SYS_ADMIN: the overlay does not hold it.'],
	['one among the host\'s processes', 'pid: host', 'Service app sees the host\'s processes: the overlay does not hold it.'],
	['one that is written elsewhere', 'extends: {file: x.yaml, service: y}', 'Service app extends another, which is not followed: the overlay does not hold it.'],
])('a way around it is told, in the overlay too, and by the exit code: %s', async (_what, more, said) => {
	const {code, out, err} = await overlaid(`services:\n  app: {image: x, ${more}}\n`, ...right);
	expect(code).toBe(1);
	expect(err).toContain(`error configuration: ${said}`);
	expect(out).toContain(`# NOT HELD: ${said}`);
});

test.each<[string, string, string]>([
	['its ports', 'services: {app: {image: x, ports: ["127.0.0.1:8080:80"]}}\n', 'Service app publishes 8080 to 80/tcp, where nobody is answered any more.'],
	['who depends on it', 'services: {app: {image: x}, web: {image: x, depends_on: {app: {condition: service_started}}}}\n', 'Service web depends on app, which it does not reach any more.'],
	['what it depends on', 'services: {app: {image: x, depends_on: [db], links: ["cache:c"]}, db: {image: x}, cache: {image: x}}\n', 'Service app depends on db, cache, which it does not reach any more.'],
])('what is lost is told and no failure: %s', async (_what, text, said) => {
	const {code, out, err} = await overlaid(text, ...right);
	expect(code).toBe(0);
	expect(err).toContain(`warning configuration: ${said}`);
	expect(out).toContain(`# Lost: ${said}`);
});

test('what is governed together, or put beside, is not lost', async () => {
	const both = 'services: {app: {image: x, depends_on: [db]}, db: {image: x}, web: {image: x, links: [app], networks: [front]}}\nnetworks: {front: {}}\n';
	expect((await overlaid(both, ...right, '--service', 'db', '--beside', 'web')).err).toBe('');
	expect((await overlaid('services: {app: {image: x}, side: {image: x, network_mode: "service:app", depends_on: [app]}}\n', ...right)).err).toBe('');
	const {code, out, err} = await overlaid(both, ...right, '--beside', 'db, web');
	expect([code, err]).toEqual([0, '']);
	const {services} = z.looseObject({services: z.record(z.string(), z.looseObject({networks: z.unknown(), dns: z.unknown().optional()}))}).parse(parse(out));
	expect(services['app']).toMatchObject({networks: ['egress'], dns: ['127.0.0.1']});
	expect(services['db']).toEqual({networks: ['default', 'egress']});
	expect(services['web']).toEqual({networks: ['egress']});
});
