/** VKS_EGRESS where something of it is missing, was killed or is another kind of tunnel. Needs root, and nginx. */
import {existsSync} from 'node:fs';
import {describe, expect, onTestFinished, test} from 'vitest';
import type {LabOptions} from '../../lab/description.ts';
import type {Lab} from '../../lab/lab.ts';
import {loginOf} from '../../lab/openvpn.ts';
import {waitUntil} from '../../lab/processes.ts';
import {raiseLab} from '../../lab/raise.ts';
import type {Witness} from '../../lab/witness/witness.ts';
import {isConnected, startDaemon, type Daemon} from '../helpers/daemon.ts';
import {speakAs} from '../helpers/speak-as.ts';
import {namedHosts, standNames} from '../helpers/named-world.ts';

const {resolver, api, other} = namedHosts;
const viaStockholm = '198.51.100.77';
/** As scripts/system-packages.mjs looks for it. */
const hasProxy = existsSync('/usr/lib/nginx/modules/ngx_stream_module.so');
const governed = 1000;

async function raise(options: LabOptions = {}): Promise<{readonly lab: Lab; readonly witness: Witness}> {
	const lab = await raiseLab(options);
	onTestFinished(() => lab.down());
	const witness = await lab.observe();
	await standNames(lab, {'api.test.example': [api], 'evil.example': [other]});
	const open = await witness.mark();
	await speakAs(lab, governed, 'tls', other, '443', 'evil.example');
	expect((await witness.since(open)).outside.count, 'the witness sees what goes round vks').toBeGreaterThan(0);
	return {lab, witness};
}

/** The proxies in the client's network. */
const proxies = async (lab: Lab): Promise<readonly string[]> =>
	(await lab.exec('client', ['sh', '-c', 'for p in $(pgrep -u 64530 -x nginx); do [ "$(readlink /proc/$p/ns/net)" = "$(readlink /proc/self/ns/net)" ] && echo $p; done; true'])).stdout.split('\n').filter(Boolean);

const settings = {VKS_SERVER: 'se-sto-1', VKS_DNS: resolver, VKS_DRILL_EVERY: 'off', VKS_EXIT_URL: 'off'} as const;
const names = {VKS_EGRESS: `uid ${governed} api.test.example`} as const;

/** Of a machine that has everything but nginx: what cannot be executed there is no program. */
const withoutProxy = ['unshare', '--mount', 'sh', '-c', 'mount --bind /dev/null /usr/sbin/nginx && exec "$@"', 'sh'];

const refusesOthers = async (lab: Lab): Promise<void> => {
	expect(await speakAs(lab, governed, 'ask', resolver, 'evil.example')).toBe('ENOTFOUND');
	expect(await speakAs(lab, governed, 'tls', other, '443', 'evil.example')).toBe('EHOSTUNREACH');
	expect(await speakAs(lab, governed, 'udp', other, '443')).toMatch(/EHOSTUNREACH|EPERM|sent/);
};
const reaches = (lab: Lab, exit: string): Promise<boolean> =>
	waitUntil(async () => (await speakAs(lab, governed, 'ask', resolver, 'api.test.example')) === JSON.stringify([api]) && (await speakAs(lab, governed, 'tls', api, '443', 'api.test.example')) === `${api} api.test.example ${exit}`);

const connected = (daemon: Daemon): Promise<unknown> => daemon.until('it was connected', isConnected);

describe.skipIf(!hasProxy)('VKS_EGRESS', () => {
	test('without nginx: what is governed is refused, the problem says what to install, and everything else goes on', async () => {
		const {lab, witness} = await raise();
		const began = await witness.mark();
		const daemon = await startDaemon(lab, {within: withoutProxy, environment: {...settings, ...names}});
		await connected(daemon);
		const {problems} = await daemon.until('the problem was told', now => now.problems.some(({code}) => code === 'no-proxy'));
		expect(problems.find(({code}) => code === 'no-proxy')).toMatchObject({stillBlocking: true, what: 'There is no program nginx.', next: expect.stringContaining('libnginx-mod-stream') as unknown});
		expect(await speakAs(lab, governed, 'ask', resolver, 'api.test.example')).toBe(JSON.stringify([api]));
		expect(await speakAs(lab, governed, 'tls', api, '443', 'api.test.example')).toBe('ECONNREFUSED');
		await refusesOthers(lab);
		expect(await speakAs(lab, 1001, 'tls', other, '443', 'evil.example')).toBe(`${other} evil.example ${viaStockholm}`);
		expect(daemon.snapshot().proof.kind).toBe('proven');
		expect((await witness.since(began)).outside.samples).toEqual([]);
	});

	test('of a daemon that was killed: it is refused meanwhile, taken over by the next one, and ended where the setting is gone', async () => {
		const {lab, witness} = await raise();
		const began = await witness.mark();
		const first = await startDaemon(lab, {environment: {...settings, ...names}});
		await connected(first);
		expect(await reaches(lab, viaStockholm)).toBe(true);
		await first.kill();
		expect((await proxies(lab)).length).toBeGreaterThan(0);
		// Its resolver is gone; what sets hold still runs out by itself.
		expect(await speakAs(lab, governed, 'ask', resolver, 'evil.example')).not.toContain('203.0.113');
		expect(await speakAs(lab, governed, 'tls', other, '443', 'evil.example')).toBe('EHOSTUNREACH');

		const second = await startDaemon(lab, {environment: {...settings, ...names}});
		await connected(second);
		expect(await reaches(lab, viaStockholm)).toBe(true);
		await refusesOthers(lab);
		await second.kill();
		expect((await proxies(lab)).length).toBeGreaterThan(0);

		const third = await startDaemon(lab, {environment: settings});
		await connected(third);
		expect(await waitUntil(async () => (await proxies(lab)).length === 0)).toBe(true);
		expect(await speakAs(lab, governed, 'tls', other, '443', 'evil.example')).toBe(`${other} evil.example ${viaStockholm}`);
		expect(third.snapshot().proof.kind).toBe('proven');
		expect(third.snapshot().egress).toBeUndefined();
		await third.stop();
		expect((await witness.since(began)).outside.samples).toEqual([]);
	});

	test('an ordinary end takes nginx along, and stays closed', async () => {
		const {lab, witness} = await raise();
		const daemon = await startDaemon(lab, {environment: {...settings, ...names}});
		await connected(daemon);
		expect(await reaches(lab, viaStockholm)).toBe(true);
		const began = await witness.mark();
		await daemon.stop();
		expect(await proxies(lab)).toEqual([]);
		expect(await speakAs(lab, governed, 'tls', api, '443', 'api.test.example')).not.toContain('203.0.113');
		expect((await witness.since(began)).outside.samples).toEqual([]);
	});

	test('through OpenVPN, for everybody: a name that is listed is reached, another is not, and nothing leaves outside', async () => {
		const {lab, witness} = await raise({openvpn: true});
		const {user, password, passphrase} = loginOf(lab);
		const began = await witness.mark();
		const daemon = await startDaemon(lab, {environment: {
			...settings, VKS_SERVER: 'se-ovpn-udp', VKS_OPENVPN_USER: user, VKS_OPENVPN_PASSWORD: password, VKS_OPENVPN_KEY_PASSWORD: passphrase, VKS_EGRESS: 'api.test.example',
		}});
		await connected(daemon);
		expect(await reaches(lab, viaStockholm)).toBe(true);
		await refusesOthers(lab);
		expect(await daemon.command({do: 'reconnect'})).toMatchObject({ok: true});
		await connected(daemon);
		expect(await reaches(lab, viaStockholm)).toBe(true);
		await refusesOthers(lab);
		await daemon.stop();
		expect((await witness.since(began)).outside.samples).toEqual([]);
	});
});
