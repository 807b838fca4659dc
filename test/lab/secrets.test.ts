/**
 * No secret is anywhere but where it has to be: not in a log, journal, snapshot, answer, message of a socket, argument,
 * environment of a child, file, ruleset, evidence, recording or error. Needs root and openvpn.
 */
import {randomBytes} from 'node:crypto';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import {clearGluetun, startGluetunIn} from '../../lab/gluetun.ts';
import {prepareProviders, type Providers} from '../../lab/providers.ts';
import type {Lab} from '../../lab/lab.ts';
import {waitUntil} from '../../lab/processes.ts';
import {raiseLab} from '../../lab/raise.ts';
import {commands} from '../../src/cli/commands.ts';
import {controlSocketName, viewSocketName} from '../../src/control/paths.ts';
import {filesIn, findCanaries, processesIn, readOrNothing, spellingsOf, type Canary, type Place} from '../helpers/canaries.ts';
import {watchChildren, type Children} from '../helpers/children.ts';
import {isConnected, spawnDaemon, startDaemon, type Daemon, type DaemonOptions} from '../helpers/daemon.ts';
import {plantSecrets, type Planted} from '../helpers/planted.ts';
import {tapSocket, type SocketTap} from '../helpers/socket-tap.ts';
import {openvpnIn} from '../helpers/tunnel-usage.ts';

/** Each of them once; a new command has to be added here. */
const invocations = (folder: string, marker: string, compose: string): readonly (readonly string[])[] => [
	['next'], ['switch', marker], ['status'], ['status', '--json'], ['check'], ['rules'], ['rules', '--json'], ['drops'], ['drops', '--json'], ['servers'], ['servers', '--json'], ['exceptions', '--json'], ['limits'], ['doctor'], ['doctor', '--json'],
	['explain', 'tcp', '192.0.2.1:443'], ['latency'], ['favourite', marker], ['checklist'], ['checklist', '--done', 'updates', '--note', 'all of them'], ['allow', 'tcp', '172.30.7.10:7', '--for', '60s', '--reason', 'a trial'], ['revoke', '1'],
	['drill'], ['purge', '--older-than', '1h'], ['evidence', '--out', folder], ['record', join(folder, 'recording.jsonl'), '--for', '2s'], ['dns', 'restore'], ['completion', 'servers'], ['completion', 'bash'], ['help'], ['version'],
	['audit', compose], ['audit', compose, '--json'], ['audit'], ['harden', compose], ['harden', compose, '--json'], ['harden'], ['harden', '--undo'], ['egress', 'compose', compose, '--service', 'one', '--allow', 'api.example.org', '--resolver', '192.0.2.53'], ['confirm'], ['revert'],
	['switch', 'xx-untagged'], ['reconnect'], ['lockdown', '--reason', 'a trial'], ['lift', '--word', 'lift'], ['run'],
];

/** Follow until they are ended; `connect-stdio` carries what the taps on both sockets hear. */
const following: readonly string[] = ['events', 'connect-stdio'];

describe('with a secret of every kind', () => {
	let lab: Lab;
	let providers: Providers;
	let planted: Planted;
	let children: Children;
	let taken: string;
	let all: readonly Canary[];

	beforeAll(async () => {
		lab = await raiseLab({openvpn: true});
		providers = await prepareProviders(lab);
		await providers.start();
		planted = await plantSecrets(lab, providers);
		all = [...planted.canaries, ...planted.misplaced];
		children = watchChildren(join(lab.description.folders.state, 'children'));
		taken = join(lab.description.folders.state, 'taken');
		for (const name of ['taken', 'tmp']) mkdirSync(join(lab.description.folders.state, name), {mode: 0o700});
	});
	let running: Daemon | null = null;
	afterEach(async () => {
		await running?.kill();
		running = null;
	});
	afterAll(() => lab.down());
	const start = async (options: DaemonOptions): Promise<Daemon> => (running = await startDaemon(lab, options));

	const environment = (more: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
		PATH: children.path, TMPDIR: join(lab.description.folders.state, 'tmp'), VKS_SERVER: 'se1', VKS_DRILL_EVERY: 'off', VKS_LATENCY: 'yes', ...more,
		NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`import {writeFileSync} from 'node:fs'; const tell = name => writeFileSync(${JSON.stringify(join(lab.description.folders.state, 'env-'))} + name, JSON.stringify(process.env)); tell('first'); process.on('SIGUSR2', () => tell('later'));`)}`,
	});
	const vks = (...argv: readonly string[]) => lab.exec('client', [...lab.description.commands.vks.slice(3), ...argv], {timeoutMs: 30_000});
	/** Where a secret must never be, as it is at this moment. */
	const placesNow = async (daemon: Daemon): Promise<readonly Place[]> => {
		const {run, daemonState, logs, state, resolvConf} = lab.description.folders;
		const said = async (...argv: readonly string[]): Promise<Place> => ({name: argv.join(' '), text: (await lab.exec('client', argv)).stdout});
		return [
			...processesIn(lab.description.namespaces.client, daemon.process.pid),
			...children.seen(),
			// The servers' own logs name who logs in.
			...filesIn(run, daemonState, logs, taken, join(state, 'tmp'), '/dev/shm').filter(({name}) => !name.includes('/logs/openvpn-')),
			{name: 'resolv.conf', text: readOrNothing(resolvConf)},
			{name: 'snapshot', text: JSON.stringify(daemon.snapshot())},
			{name: 'journal', text: JSON.stringify(daemon.journal())},
			await said('nft', '-a', 'list', 'ruleset'), await said('ip', '-d', 'link'), await said('ip', 'route', 'show', 'table', 'all'), await said('ip', 'rule'),
		];
	};

	test('the search finds each where it has to be, in every spelling', () => {
		const found = findCanaries(all, filesIn(lab.description.folders.servers)).map(line => line.split(': ').at(-1));
		const elsewhere = ['token', 'passphrase', 'private key', 'NordLynx key', 'service user', 'service password', 'exit token', 'topic of notifications', 'token of notifications'];
		expect(all.map(({name}) => name).filter(name => !found.includes(name)).toSorted()).toEqual(elsewhere.filter(name => name !== 'private key').toSorted());
		expect(new Set(all.map(({value}) => value)).size).toBe(all.length);
		for (const canary of all) {
			const {value} = canary;
			const written = [value, JSON.stringify({a: JSON.stringify(value)}), encodeURIComponent(value), Buffer.from(value).toString('hex'), ...['', 'a', 'to', 'token:'].map(before => Buffer.from(`${before}${value}`).toString('base64url')), `…${value.slice(-14)}`, value.slice(0, 14)];
			for (const text of written) expect(findCanaries([canary], [{name: 'here', text}]), text).toEqual([`here: ${canary.name}`]);
			expect(spellingsOf(value).every(spelling => spelling.length >= 12)).toBe(true);
		}
	});

	test('through a daemon\'s whole life: nowhere, and a name that is no secret is found on every way', {timeout: 240_000}, async () => {
		const daemon = await start({environment: environment(planted.environment)});
		const {run, state} = lab.description.folders;
		const processes = new Map<string, string>();
		const look = (): void => processesIn(lab.description.namespaces.client, daemon.process.pid).forEach(({name, text}) => processes.set(`${name} ${text.length}`, text));
		const taps = await Promise.all([controlSocketName, viewSocketName].map(name => tapSocket(join(run, name), look)));
		const switched = async (server: string): Promise<void> => void (await daemon.command({do: 'switch', server}));

		await daemon.until('it was connected by a token', now => isConnected(now) && now.state.server === 'se1');
		process.kill(daemon.process.pid, 'SIGUSR2');
		for (const server of ['se-sto-1', 'ch-zrh-1', 'se-ovpn-udp', 'se-ovpn-tcp', 'ch-ovpn-v6', 'xx-inline', 'xx-beside', 'xx-hooks', 'xx-setenv']) {
			await switched(server);
			await daemon.until(`it was connected to ${server}`, now => isConnected(now) && now.state.server === server);
		}
		// A process that dies, a server that refuses, files that cannot be used.
		openvpnIn(lab.description.namespaces.client).forEach(({pid}) => process.kill(pid, 'SIGKILL'));
		await daemon.until('it was dialled anew', ({state: now}) => now.kind !== 'connected');
		await daemon.until('it was connected again', isConnected);
		for (const server of ['xx-broken', 'xx-untagged', 'xx-proxy', 'xx-refused']) await switched(server);
		taps.forEach(askEverything);

		// What an audit reads is full of what it must not say.
		const compose = join(state, 'compose.yaml');
		writeFileSync(compose, JSON.stringify({services: {one: {image: 'postgres', environment: Object.fromEntries(all.map(({value}, index) => [`SECRET_${index}_TOKEN`, value])), command: ['run', '--password', all[0]?.value ?? '']}}}), {mode: 0o600});
		const named = invocations(taken, planted.marker, compose);
		expect(new Set([...named.map(([name]) => name), ...following])).toEqual(new Set(commands.map(({name}) => name)));
		const outputs: Place[] = [];
		for (const argv of named) {
			const {stdout, stderr} = await vks(...argv);
			outputs.push({name: `vks ${argv.slice(0, 2).join(' ')}`, text: `${stdout}${stderr}`});
		}
		const events = lab.spawn('client', [...lab.description.commands.vks.slice(3), 'events', '--json'], {name: 'vks-events'});
		expect(await waitUntil(() => readOrNothing(events.log).includes(planted.marker))).toBe(true);
		await events.stop();
		look();

		const places = [...(await placesNow(daemon)), ...outputs, ...taps.map((tap, index) => ({name: `socket ${index}`, text: tap.heard()})), {name: 'log', text: daemon.log()}, ...[...processes].map(([name, text]) => ({name, text}))];
		expect(findCanaries(all, places)).toEqual([]);

		// The same search over the same places is not blind: what is no secret is found on every way that carries text.
		const marked = findCanaries([{name: 'marker', value: planted.marker}], places).map(line => line.replace(/: marker$/, ''));
		for (const way of ['snapshot', 'journal', 'log', 'socket 0', 'socket 1', 'vks status --json', 'vks servers', 'vks servers --json', 'vks switch']) expect(marked.some(place => place.startsWith(way)), way).toBe(true);
		for (const file of ['state.json', 'journal.jsonl', 'session.jsonl', 'recording.jsonl', 'vks-events.log', 'intent.json', 'servers.json']) expect(marked.some(place => place.endsWith(`/${file}`)), file).toBe(true);
		expect(children.seen().filter(({text}) => text.includes('LC_ALL=C')).length).toBeGreaterThan(20);
		for (const program of ['wireguard-go', 'openvpn', 'ip']) expect(children.seen().some(({name, text}) => name.startsWith(`child ${program}.`) && text.includes(lab.description.interfaces.tunnel)), program).toBe(true);
		expect([...processes.keys()].some(name => name.startsWith('environ'))).toBe(true);

		// The kernel goes on showing what the daemon was started with; the daemon itself has nothing of it any more.
		expect(findCanaries(all, [{name: 'environ', text: readOrNothing(`/proc/${daemon.process.pid}/environ`)}]).toSorted()).toEqual(['environ: exit token', 'environ: passphrase', 'environ: password', 'environ: token', 'environ: token of notifications', 'environ: topic of notifications', 'environ: user']);
		expect(findCanaries(all, [{name: 'first', text: readOrNothing(join(state, 'env-first'))}])).toHaveLength(7);
		expect(readOrNothing(join(state, 'env-later'))).toContain('VKS_TUNNEL_FOLDER');
		expect(findCanaries(all, [{name: 'later', text: readOrNothing(join(state, 'env-later'))}])).toEqual(['later: exit token']);
		taps.forEach(tap => tap.close());
		expect(await daemon.stop()).toBe(0);
		expect(findCanaries(all, filesIn(lab.description.folders.daemonState, run, join(state, 'tmp'), '/dev/shm'))).toEqual([]);
	});

	test.for(['wrong', 'cut short'])('told by files, with a spawned nft, and a token that is %s: nowhere, the refusal included', async how => {
		const file = planted.fromFiles['VKS_NORDVPN_TOKEN_FILE'] ?? '';
		const wrong = {name: 'wrong token', value: how === 'wrong' ? randomBytes(32).toString('hex') : providers.token.slice(0, 40)};
		writeFileSync(file, `${wrong.value}\n`, {mode: 0o600});
		const started = environment({...planted.fromFiles, VKS_FIREWALL_BACKEND: 'nft'});
		if (how === 'wrong') {
			const daemon = await start({environment: started});
			await daemon.until('it was refused', ({state}) => state.cause === 'credentials');
			expect(findCanaries([...all, wrong], [...(await placesNow(daemon)), {name: 'log', text: daemon.log()}])).toEqual([]);
			expect(findCanaries([...all, wrong], [{name: 'environ', text: readOrNothing(`/proc/${daemon.process.pid}/environ`)}])).toEqual(['environ: exit token', 'environ: topic of notifications']);
		} else {
			expect(findCanaries([...all, wrong], [await endOf(started)])).toEqual([]);
		}
		writeFileSync(file, `${providers.token}\n`, {mode: 0o600});
	});

	/** Its output, once it ended by itself. */
	const endOf = async (started: Readonly<Record<string, string>>): Promise<Place> => {
		const daemon = spawnDaemon(lab, {environment: started});
		const code = await daemon.exited;
		const text = readOrNothing(daemon.log);
		expect(code, text).toBe(2);
		return {name: 'output', text};
	};

	test('settings that hold one in the wrong place end the start, and no message repeats it', async () => {
		const secret = {hex: randomBytes(32).toString('hex'), key: randomBytes(32).toString('base64'), word: randomBytes(12).toString('hex')};
		const yaml = join(lab.description.folders.state, 'settings.yaml');
		// All that is wrong with the settings is told at once, so each start tries many; what ends it earlier has one of its own.
		const ways: ReadonlyArray<Readonly<Record<string, string>>> = [
			{VKS_NORDVPN_TOKEN_FILE: secret.hex, VKS_WIREGUARD_PRIVATE_KEY_FILE: `x${secret.key}`, VKS_WIREGUARD_ADDRESSES: secret.key, VKS_OPENVPN_PASSWORD: secret.word.repeat(20), VKS_OPENVPN_PASSWORD_FILE: secret.word, VKS_OPENVPN_PASWORD: secret.word, VKS_EXIT_URL: `http://user:${secret.word}@example.net/`, VKS_SERVER: `${secret.key}/`, VKS_DNS: secret.key, VKS_INTERFACE: secret.hex, TOKEN: secret.hex, VKS_NORDVPN_TOKEN: `${secret.hex}0`},
			{VKS_EXIT_URL: `ftp://example.net/?key=${secret.word}`, VKS_DNS: secret.hex, VKS_UPLINK: secret.key},
			{VKS_PROVIDER: 'nordvpn', TOKEN: `${secret.hex}!`, VKS_OPENVPN_PASSWORD: secret.word, VKS_OPENVPN_PASSWORD_FILE: `/${secret.word}`},
			{VKS_PROVIDER: 'mullvad', VKS_WIREGUARD_PRIVATE_KEY: `${secret.key}=`, VKS_WIREGUARD_ADDRESSES: '10.64.1.2/32'}, {VKS_NORDVPN_TOKEN_FILE: `/${secret.hex}`},
			...[`nordvpn_token: ${secret.word}\ndns:\n  ${secret.word}: x`, `password: [${secret.word}`, `"${secret.word}`].map(text => ({VKS_CONFIG: yaml, text})),
		];
		const canaries: readonly Canary[] = Object.entries(secret).map(([name, value]) => ({name, value}));
		const found: string[] = [];
		for (const {text, ...way} of ways) {
			if (text !== undefined) writeFileSync(yaml, text, {mode: 0o600});
			const told = await endOf(environment({...way, VKS_FIREWALL_BACKEND: 'nft'}));
			expect(told.text).toMatch(/VKS_|TOKEN|settings\.yaml/);
			found.push(...findCanaries(canaries, [told]).map(line => `${Object.keys(way).join(', ')} ${text?.slice(0, 10) ?? ''}: ${line}`));
		}
		expect(found).toEqual([]);
		// Some of them loaded the boot table, before the settings were read.
		expect(children.seen().some(({name}) => name.startsWith('child nft.'))).toBe(true);
		expect(findCanaries(canaries, children.seen())).toEqual([]);
	});

	test('beside Gluetun: what vks tells it, and what its settings hold, is nowhere, whether it obeys, refuses or is gone', async () => {
		const told = {key: randomBytes(12).toString('hex'), user: `u${randomBytes(12).toString('hex')}`, password: randomBytes(12).toString('hex')};
		const secrets: readonly Canary[] = [...all, ...Object.entries(told).map(([name, value]) => ({name: `Gluetun ${name}`, value})), {name: 'password in its settings', value: 'gluetun-secret-password'}];
		// It may read its settings by user and password, and may not change them.
		const gluetun = await startGluetunIn(lab, {version: 'latest', servers: ['se-sto-1'], roles: [
			{auth: 'apikey', apikey: told.key, routes: ['GET /v1/vpn/status', 'PUT /v1/vpn/status']},
			{auth: 'basic', username: told.user, password: told.password, routes: ['GET /v1/vpn/settings']},
		]});
		// A server of that name is what the tests before have remembered.
		rmSync(join(lab.description.folders.daemonState, 'intent.json'), {force: true});
		const daemon = await start({environment: environment({VKS_SERVER: '', VKS_ATTACH: 'gluetun', VKS_DNS: '10.64.1.1;10.64.2.1', VKS_LOG_LEVEL: 'debug', VKS_GLUETUN_SERVERS: `${planted.marker}=city:Stockholm`, VKS_GLUETUN_API_KEY: told.key, VKS_GLUETUN_USER: told.user, VKS_GLUETUN_PASSWORD: told.password})});
		const tap = await tapSocket(join(lab.description.folders.run, controlSocketName), () => undefined);
		await daemon.until('it was connected', isConnected);
		const outputs: Place[] = [];
		const asked = async (...argv: readonly string[]): Promise<string> => {
			const {stdout, stderr} = await vks(...argv);
			outputs.push({name: `vks ${argv.join(' ')}`, text: `${stdout}${stderr}`});
			return `${stdout}${stderr}`;
		};
		expect(await asked('reconnect')).toContain('Reconnected.');
		expect(await asked('switch', planted.marker)).toContain('PUT /v1/vpn/settings (401)');
		await daemon.until('what stands was taken again', isConnected);
		for (const argv of [['status', '--json'], ['servers', '--json'], ['evidence', '--out', join(taken, 'beside')]]) await asked(...argv);
		expect(gluetun.log()).toContain('GET /v1/vpn/settings 200');
		await gluetun.stop();
		expect(await asked('reconnect')).toContain('ECONNREFUSED');
		const places = [...(await placesNow(daemon)), ...outputs, {name: 'socket', text: tap.heard()}, {name: 'log', text: daemon.log()}];
		expect(findCanaries(secrets, places)).toEqual([]);
		const marked = findCanaries([{name: 'marker', value: planted.marker}], places);
		for (const way of ['journal', 'log', 'socket', 'vks servers --json']) expect(marked.some(line => line.startsWith(way)), way).toBe(true);
		tap.close();
		await clearGluetun(lab);
	});

	test('a daemon that gives one away is caught: in its log, a file, and arguments and environment of a child', async () => {
		const leak = 'const {TOKEN} = process.env; console.log(\`trying token=${TOKEN}\`); writeFileSync(process.env.VKS_RUN_FOLDER + "/../state/leaked", Buffer.from(TOKEN).toString("base64")); spawnSync("ip", ["link", "show", TOKEN], {env: {PATH: process.env.PATH}}); spawnSync("ip", ["rule"]);';
		mkdirSync(lab.description.folders.daemonState, {recursive: true});
		const before = children.seen().length;
		const daemon = await start({environment: {...environment(planted.environment), NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`import {writeFileSync} from 'node:fs'; import {spawnSync} from 'node:child_process'; ${leak}`)}`}});
		const places = [...(await placesNow(daemon)), {name: 'log', text: daemon.log()}];
		const found = findCanaries([{name: 'token', value: providers.token}], places);
		expect(children.seen().length).toBeGreaterThan(before);
		expect(found.filter(line => /^child ip\.\d+: token$/.test(line))).toHaveLength(2);
		expect(found).toEqual(expect.arrayContaining([expect.stringMatching(/\/state\/leaked: token$/), 'log: token']));
		rmSync(join(lab.description.folders.daemonState, 'leaked'));
		for (const child of found.flatMap(line => /^child (ip\.\d+)/.exec(line)?.[1] ?? [])) children.forget(child);
	});
});

/** Every request there is, and lines that are none; with secrets where nobody should put them. */
function askEverything(tap: SocketTap): void {
	const requests: readonly unknown[] = [
		{type: 'facts', id: 8}, {type: 'moments', id: 2}, {type: 'moment', id: 3, query: {from: 0, by: 1, changes: true, base: null}},
		{type: 'preview', id: 4, wish: {protocol: 'tcp', range: '172.30.7.10', port: 7, direction: 'out', uid: null, seconds: 60}},
		{type: 'command', id: 5, command: {do: 'no-such-thing'}}, {type: 'command', id: 6, command: {do: 'switch', server: 'no-such-server'}}, {type: 'no-such-type', id: 7}, {}, [], null,
	];
	requests.forEach(request => tap.say(JSON.stringify(request)));
	tap.say('no JSON at all');
}
