/** What an audit says of compose files: each fault with its line, and no alarm where nothing is wrong. */
import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {readCompose} from '../../../src/audit/compose/read.ts';
import type {Finding} from '../../../src/audit/finding.ts';
import {judgeProject} from '../../../src/audit/judge.ts';
import {publishedFindings} from '../../../src/audit/published.ts';
import {auditFiles} from '../../../src/audit/open-compose.ts';

const root = join(import.meta.dirname, '../../..');

function findingsIn(text: string, dotenv: string | null = null): readonly Finding[] {
	const project = readCompose({path: 'c.yaml', text, dotenv});
	if (!project.ok) throw new Error(project.error);
	return [...project.value.services.flatMap(publishedFindings), ...judgeProject(project.value)];
}

const brief = (findings: readonly Finding[]): readonly string[] => findings.map(({severity, id, proof}) => `${severity} ${id}: ${proof}`);
const limits = 'mem_limit: 64m, pids_limit: 20, security_opt: ["no-new-privileges:true"]';
/** One service that lacks nothing, with what is added to it. */
const withService = (added: string, more = ''): string => `services:\n  web: {image: nginx, ${limits}}\n  one:\n    mem_limit: 64m\n    pids_limit: 20\n    security_opt: ["no-new-privileges:true"]\n${added}${more}`;

describe('ordinary projects', () => {
	const folder = join(root, 'test/fixtures/compose');
	const files = readdirSync(folder).filter(name => name.endsWith('.yaml'));

	test('there are ten', () => {
		expect(files).toHaveLength(10);
	});

	test.each(files)('%s has nothing of high severity', name => {
		const report = auditFiles([join(folder, name)]);
		if (!report.ok) throw new Error(report.error.what);
		expect(report.value.findings.length).toBeGreaterThan(0);
		expect(report.value.findings.filter(({severity}) => severity === 'high')).toEqual([]);
		expect(report.value.notLooked.filter(({what}) => what.includes('ports'))).toEqual([]);
	});

	test.each(readdirSync(join(root, 'container/compose')).filter(name => name.endsWith('.yaml')))('the shipped %s has nothing of high or medium severity', name => {
		const report = auditFiles([join(root, 'container/compose', name)]);
		if (!report.ok) throw new Error(report.error.what);
		expect(report.value.looked.join()).toMatch(/[2-9] services/);
		expect(report.value.findings.filter(({severity}) => severity !== 'low')).toEqual([]);
	});
});

test('where nothing is wrong nothing is found', () => {
	expect(findingsIn(withService('    image: alpine\n'))).toEqual([]);
});

const vpn = '  vpn: {image: qmcgaw/gluetun, cap_add: [NET_ADMIN], mem_limit: 64m, pids_limit: 20, security_opt: ["no-new-privileges"]}\n';
const behind = '    image: alpine\n    network_mode: service:vpn\n';
const waits = '    depends_on: {vpn: {condition: service_healthy}}\n';

test.each([
	['a database published', '    image: postgres:16\n    ports: ["5432:5432"]\n', '', ['high port-published: c.yaml line 8: ports "5432:5432"']],
	['a database of any image, by its port', '    image: mine\n    ports:\n      - target: 6379\n        published: 7000\n', '', ['high port-published: c.yaml line 9: ports "7000:6379"']],
	['to :: by name', '    image: adminer\n    ports: ["[::]:8080:8080"]\n', '', ['high port-published: c.yaml line 8: ports "[::]:8080:8080"']],
	['a web page', '    image: mine\n    ports: ["8080:80"]\n', '', ['medium port-published: c.yaml line 8: ports "8080:80"']],
	['what a proxy is for', '    image: caddy\n    ports: ["443:443"]\n', '', ['low port-published: c.yaml line 8: ports "443:443"']],
	['a random port', '    image: mine\n    ports: [80]\n', '', ['medium port-published: c.yaml line 8: ports "80"']],
	['to every address of IPv6, as it is seldom spelled', '    image: mysql\n    ports: ["[0:0:0:0:0:0:0:0]:3306:3306/TCP"]\n', '', ['high port-published: c.yaml line 8: ports "[0:0:0:0:0:0:0:0]:3306:3306"']],
	['by variables with defaults', '    image: mysql\n    ports: ["${BIND:-0.0.0.0}:${PORT:-3306}:3306"]\n', '', ['high port-published: c.yaml line 8: ports "0.0.0.0:3306:3306"']],
	['by a merge key', '    image: mysql\n    <<: *ports\n', 'x-p: &ports\n  ports:\n    - 3306:3306\n', ['high port-published: c.yaml line 3: ports "3306:3306"'], 'before'],
	['privileged', '    image: mine\n    privileged: true\n', '', ['high privileged: c.yaml line 8: privileged: true']],
	['the host\'s network', '    image: mine\n    network_mode: host\n', '', ['medium host-network: c.yaml line 8: network_mode: host']],
	['the socket, not to be reached', '    image: mine\n    volumes: [/var/run/docker.sock:/var/run/docker.sock]\n', '', ['medium engine-socket: c.yaml line 8: volumes /var/run/docker.sock']],
	['the socket, read-only and to be reached', '    image: mine\n    ports: ["80:80"]\n    volumes:\n      - {type: bind, source: /var/run/docker.sock, target: /s, read_only: true}\n', '', ['medium port-published: c.yaml line 8: ports "80:80"', 'high engine-socket: c.yaml line 10: volumes /var/run/docker.sock read-only']],
	['the folder of the socket', '    image: mine\n    volumes: ["/var/run:/var/run:ro"]\n', '', ['medium engine-socket: c.yaml line 8: volumes /var/run read-only']],
	['a secret written out', '    image: mine\n    environment:\n      DB_PASSWORD: hunter2\n', '', ['medium secret-in-the-open: c.yaml line 9: DB_PASSWORD=(redacted)']],
	['a secret passed on', '    image: mine\n    environment: ["DB_PASSWORD=${DB_PASSWORD:?}"]\n', '', ['low secret-in-the-open: c.yaml line 8: DB_PASSWORD=(redacted)']],
	['a login in an address', '    image: mine\n    environment: {DATABASE_URL: "postgres://bob:hunter2@db/x"}\n', '', ['medium secret-in-the-open: c.yaml line 8: DATABASE_URL=(redacted)']],
	['a secret of a command line', '    image: redis\n    command: redis-server --requirepass "hunter2 and more"\n', '', ['medium secret-in-the-open: c.yaml line 8: --requirepass (redacted)']],
	['an overlay', '    image: mine\n', 'networks:\n  wide: {driver: overlay}\n', ['medium overlay-in-clear: c.yaml line 9: driver overlay, no `encrypted` among its driver_opts']],
	['Traefik\'s dashboard, inside', '    image: traefik\n    command: ["--api.insecure=true"]\n', '', ['medium traefik-dashboard: c.yaml line 8: --api.insecure=true']],
	['Traefik\'s dashboard, open', '    image: traefik\n    command: --api.insecure\n    ports: ["8080:8080"]\n', '', ['high port-published: c.yaml line 9: ports "8080:8080"', 'high traefik-dashboard: c.yaml line 8: --api.insecure']],
	['NET_ADMIN beside a VPN', `${behind}${waits}    cap_add: [NET_ADMIN]\n    cap_drop: [ALL]\n`, vpn, ['high beside-net-admin: c.yaml line 10: cap_add [NET_ADMIN], cap_drop [ALL]']],
	['NET_RAW beside a VPN, by default', `${behind}${waits}`, vpn, ['low beside-net-raw: c.yaml line 3: cap_drop []']],
	['NET_RAW beside a VPN, asked for', `${behind}${waits}    cap_add: [CAP_NET_RAW]\n    cap_drop: [ALL]\n`, vpn, ['medium beside-net-raw: c.yaml line 10: cap_add [NET_RAW], cap_drop [ALL]']],
	['does not wait', `${behind}    depends_on: [vpn]\n    cap_drop: [ALL]\n`, vpn, ['medium not-waiting: c.yaml line 3: depends_on vpn, service_started']],
	['a peer-to-peer client outside', '    image: lscr.io/linuxserver/qbittorrent:latest\n', vpn, ['medium outside-vpn: c.yaml line 3: image lscr.io/linuxserver/qbittorrent:latest, no `network_mode: service:vpn`']],
	['no limits', '    image: mine\n', '  two: {image: mine, pids_limit: -1}\n', ['low no-limits: c.yaml line 8: mem_limit, pids_limit, security_opt not set']],
])('%s', (_, added, more, expected, where = 'after') => {
	const found = brief(findingsIn(where === 'before' ? `${more}${withService(added)}` : withService(added, more)));
	expect(found).toEqual(expected);
});

test.each([
	['on loopback', '    image: postgres\n    ports: ["127.0.0.1:5432:5432", "[::1]:5432:5432", "localhost:1:5432"]\n'],
	['on one address', '    image: postgres\n    ports: [{target: 5432, published: 5432, host_ip: 192.168.1.2}]\n'],
	['a secret by file, or none', '    image: mine\n    environment: {DB_PASSWORD_FILE: /run/secrets/x, ALLOW_EMPTY_PASSWORD: "yes", API_KEY: "", ADMIN_TOKEN: /run/secrets/y, PASSWORD_ITERATIONS: 6, PWD: /x, TOKEN_TTL: 60}\n'],
	['a command line with a file', '    image: mine\n    command: [--password-file, /run/secrets/x, --api.insecure=false]\n'],
	['not published, but exposed', '    image: postgres\n    expose: [5432]\n'],
	['encrypted overlay', '    image: mine\nnetworks: {wide: {driver: overlay, driver_opts: {encrypted: ""}}, ours: {external: true}, none: }\n'],
	['behind the VPN', `${behind}${waits}    cap_drop: [NET_RAW]\n${vpn}`],
	['behind the VPN by the holder\'s container name', `${behind.replace('service:vpn', 'container:the-vpn')}${waits}    cap_drop: [NET_RAW]\n${vpn.replace('{image', '{container_name: the-vpn, image')}`],
	['the other end of a VPN', `    image: lscr.io/linuxserver/qbittorrent\n  server: {image: lscr.io/linuxserver/wireguard, ${limits}, ports: ["127.0.0.1:51820:51820/udp"]}\n`],
	['client and VPN in one image', `    image: binhex/arch-qbittorrentvpn\n    cap_add: [NET_ADMIN]\n${vpn}`],
])('no finding: %s', (_, added) => {
	expect(brief(findingsIn(withService(added)))).toEqual([]);
});

test('variables come from .env beside the file; one without a value is told and not guessed', () => {
	const text = withService('    image: postgres\n    ports: ["${BIND}:5432:5432"]\n');
	expect(brief(findingsIn(text, 'BIND=0.0.0.0 # all\n'))).toEqual(['high port-published: c.yaml line 8: ports "0.0.0.0:5432:5432"']);
	expect(findingsIn(text, 'export BIND="127.0.0.1"\n')).toEqual([]);
	const project = readCompose({path: 'c.yaml', text, dotenv: null});
	expect(project.ok && project.value.notLooked).toEqual([{what: 'c.yaml line 8: an entry of ports', why: 'it is not understood, or a variable in it has no value here'}]);
});

test('what is not followed is told', () => {
	const project = readCompose({path: 'c.yaml', dotenv: null, text: 'include: [other.yaml]\nservices:\n  a: {extends: {service: b}, env_file: x.env, image: mine}\n  b: 7\n'});
	expect(project.ok && project.value.notLooked.map(({what}) => what)).toEqual(['c.yaml line 1: include', 'c.yaml line 4: service b', 'c.yaml line 3: service a extends another', 'c.yaml line 3: env_file of service a']);
});

test('no value of a secret is anywhere in what is said', () => {
	const canary = 'c4n4ry-9f8e7d';
	const text = withService(`    image: mine\n    ports: ["80:80"]\n    environment: {A_TOKEN: ${canary}, URL: "amqp://u:${canary}@h", B_SECRET: "\${X:-${canary}}"}\n    command: serve --password=${canary} --url redis://:${canary}@r --secret ${canary}\n`);
	const found = findingsIn(text);
	expect(found.filter(({id}) => id === 'secret-in-the-open').map(({what}) => what.split(' ')[0])).toEqual(['A_TOKEN', 'URL', 'B_SECRET', '--password', 'an', '--secret']);
	expect(JSON.stringify(found)).not.toContain(canary);
	const broken = readCompose({path: 'c.yaml', dotenv: null, text: `services:\n  a:\n    environment: {A_TOKEN: "${canary}\n`});
	expect(broken.ok).toBe(false);
	expect(JSON.stringify(broken)).not.toContain(canary);
});

test.each([
	['nothing', ''], ['a list', '- a\n'], ['another kind', 'apiVersion: v1\nkind: Pod\n'], ['no YAML', 'a: [\n'],
	['aliases that double', `a: &a [1,1,1,1,1,1,1,1,1,1]\n${'bcdefgh'.split('').map((name, index) => `${name}: &${name} [${Array.from({length: 10}, () => `*${'abcdefgh'[index]}`).join(',')}]`).join('\n')}\nservices: *h\n`],
	['an alias of itself', 'services: &s {a: *s}\n'], ['an alias of nothing', 'services: *x\n'],
])('a file that is %s is told, and does no harm', (_, text) => {
	const project = readCompose({path: 'c.yaml', text, dotenv: null});
	if (project.ok) expect(project.value.services.length + project.value.notLooked.length).toBeGreaterThan(0);
	else expect(project.error).not.toBe('');
});

test('a finding names where it is mended', () => {
	const [found] = findingsIn(withService('    image: postgres:16\n    ports: ["5432:5432"]\n'));
	expect(found?.fix).toBe('In service one of c.yaml: `ports: ["127.0.0.1:5432:5432"]`, or the address of the one network that may.');
});

