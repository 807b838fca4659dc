/**
 * Each way to a tunnel through what happens to all of them: nothing leaves outside, and it comes back by itself. What is one
 * driver's alone is in the files of wireguard, openvpn and provider; tunnels of somebody else's, which need an owner and end
 * otherwise, are in attach. Needs root and openvpn.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {generateWireguardKeys} from '../../lab/keys.ts';
import {loginOf, makeStranger} from '../../lab/openvpn.ts';
import {prepareProviders} from '../../lab/providers.ts';
import type {Lab} from '../../lab/lab.ts';
import {waitUntil} from '../../lab/processes.ts';
import {raiseLab} from '../../lab/raise.ts';
import {isConnected, startDaemon, switchOver} from '../helpers/daemon.ts';
import {anotherEpoch, askExitOnce, endScene, expectNothingOutside, runTrial, sendRawFrames, type Scene, type Trial} from '../helpers/leak-scene.ts';
import {reportTrials} from '../helpers/leak-report.ts';
import {openvpnIn, wireguardIn} from '../helpers/tunnel-usage.ts';

interface Driver {
	readonly name: string;
	readonly server: string;
	readonly process: typeof openvpnIn;
	/** The same server, which does not know who asks; and what is said of that. */
	readonly refused: {readonly server: string; readonly code: string} | null;
}

const drivers: readonly Driver[] = [
	// A file as an editor of another system leaves it: byte order mark, CRLF, hooks, an IPv6 endpoint.
	{name: 'wireguard', server: 'odd-v6', process: wireguardIn, refused: {server: 'odd-stranger', code: 'no-handshake'}},
	{name: 'openvpn over udp, with a certificate', server: 'se-ovpn-udp', process: openvpnIn, refused: {server: 'cert-stranger', code: 'no-handshake'}},
	{name: 'openvpn over tcp, with a password', server: 'se-ovpn-tcp', process: openvpnIn, refused: {server: 'password-stranger', code: 'credentials'}},
	{name: 'openvpn over IPv6, with certificate, passphrase and password', server: 'ch-ovpn-v6', process: openvpnIn, refused: null},
	// A token that is refused: test/lab/provider.test.ts.
	{name: 'nordvpn, by a token', server: 'se1', process: wireguardIn, refused: null},
];

/** Twins of the lab's files. */
async function writeFiles(lab: Lab): Promise<void> {
	const {servers} = lab.description.folders;
	const read = (name: string): string => readFileSync(join(servers, name), 'utf8').replaceAll('\r', '');
	const write = (name: string, text: string): void => writeFileSync(join(servers, name), text, {mode: 0o600});
	const odd = (text: string): string => `\uFEFF${text.replace('[Peer]', 'PostUp = touch /hook-ran\nTable = off\n[Peer]').replaceAll('\n', '\r\n')}`;
	write('odd-v6.conf', odd(read('se-sto-1-v6.conf')));
	write('odd-stranger.conf', odd(read('se-sto-1-v6.conf').replace(/PrivateKey = .+/, `PrivateKey = ${generateWireguardKeys().privateKey}`)));
	const {cert, key} = await makeStranger(lab);
	write('cert-stranger.ovpn', read('se-ovpn-udp.ovpn').replace(/<cert>[^<]*<\/cert>/, `<cert>\n${cert}</cert>`).replace(/<key>[^<]*<\/key>/, `<key>\n${key}</key>`));
	write('password-stranger.ovpn', read('se-ovpn-tcp.ovpn').replace('auth-user-pass\n', '<auth-user-pass>\nnobody\nwrong\n</auth-user-pass>\n'));
}

const report = reportTrials();
afterAll(() => report.print());

describe('while streams run through the tunnel', () => {
	let scene: Scene;
	beforeAll(async () => {
		const lab = await raiseLab({openvpn: true});
		try {
			const providers = await prepareProviders(lab);
			await providers.start();
			await writeFiles(lab);
			const witness = await lab.observe();
			const environment = {
				...providers.environment, VKS_PROVIDER: 'nordvpn', TOKEN: providers.token, COUNTRY: 'Sweden', VKS_DNS: '10.64.1.1', VKS_SERVER: 'se-sto-1',
				VKS_OPENVPN_USER: loginOf(lab).user, VKS_OPENVPN_PASSWORD: loginOf(lab).password, VKS_OPENVPN_KEY_PASSWORD: loginOf(lab).passphrase,
			};
			// First, what nobody guards is seen: ordinary packets and raw frames.
			const start = await witness.mark();
			const flood = await lab.flood();
			await sendRawFrames(lab);
			await waitUntil(async () => (await witness.since(start)).outside.count > 40);
			await flood.stop();
			const seen = await witness.since(start);
			expect(seen.outside.count).toBeGreaterThan(20);
			expect(() => expectNothingOutside(seen)).toThrow();
			const daemon = await startDaemon(lab, {environment});
			scene = {lab, witness, daemon};
			await daemon.until('it was connected', isConnected);
			await daemon.until('the token was taken', ({servers}) => servers.some(({id, problem}) => id === 'se1' && problem === null));
		} catch (error) {
			await lab.down();
			throw error;
		}
	});
	afterAll(() => endScene(scene));
	const trial = (name: string, what: Trial): Promise<void> => runTrial(scene, report, name, what);

	describe.for(drivers)('$name', ({name, server, process: processes, refused}) => {
		const isBackOn: Trial['shows'] = (now, before) => now.state.server === server && anotherEpoch(now, before);

		test('comes up, by a switch', () => trial(`${name}: up`, {fault: async () => {
			await switchOver(scene.daemon, server);
		}, shows: ({state}) => state.server === server}));

		test('is connected again', () => trial(`${name}: reconnect`, {fault: () => scene.daemon.command({do: 'reconnect'}), shows: isBackOn}));

		test('loses its process', () => trial(`${name}: crash`, {
			fault: async () => {
				const found = processes(scene.lab.description.namespaces.client);
				expect(found.length).toBeGreaterThan(0);
				for (const {pid} of found) process.kill(pid, 'SIGKILL');
			},
			shows: isBackOn,
		}));

		test.skipIf(refused === null)('is not let in elsewhere: the old server carries on', () => trial(`${name}: refused`, {
			fault: async () => {
				// A dial and the way back may take longer than a client waits for its answer.
				void scene.daemon.command({do: 'switch', server: refused?.server ?? ''}).catch(() => undefined);
				await scene.daemon.until('it was refused', ({servers}) => servers.find(({id}) => id === refused?.server)?.last?.code === refused?.code, 40_000);
			},
			shows: ({state}) => state.server === server,
		}));
	});

	test.for(drivers)('$name goes down with a stop: nothing passes, and nothing of it is left', async ({server, process: processes}) => {
		const {lab, witness} = scene;
		await scene.daemon.until('it may be chosen', ({servers}) => servers.some(({id, problem}) => id === server && problem === null));
		await scene.daemon.command({do: 'switch', server});
		await scene.daemon.until('it was connected', now => isConnected(now) && now.state.server === server);
		const start = await witness.mark();
		const environment = readEnvironment(scene.daemon.process.pid);
		expect(await scene.daemon.stop()).toBe(0);
		expect(processes(lab.description.namespaces.client)).toEqual([]);
		// AF_XDP is open to anybody without a daemon (docs/known-issues.md); other raw frames are in leak-kill.test.ts.
		expect(await askExitOnce(lab)).toBe('');
		expectNothingOutside(await witness.since(start));
		scene.daemon = await startDaemon(lab, {environment});
		await scene.daemon.until('it was connected', isConnected, 40_000);
	});
});

/** What a daemon was started with, for the next one. */
const readEnvironment = (pid: number): Readonly<Record<string, string>> => Object.fromEntries(readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(line => line.includes('=')).map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
