/** What the operator's own user made is closed to a vks without DAC_OVERRIDE: it is told, and a lockdown is kept all the same. */
import {chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {images} from '../../lab/engine/images.ts';
import {vpnArguments} from '../helpers/engine-acts.ts';
import {engineStage} from '../helpers/engine-stage.ts';

const stage = engineStage();

test('a state folder and a server file of uid 1000: both are named, and docker restart does not end a lockdown', async () => {
	const {tunnels} = stage();
	const state = join(tunnels, '..', 'state-of-1000');
	mkdirSync(state);
	chownSync(state, 1000, 1000);
	const file = readdirSync(tunnels).find(name => name.endsWith('.conf')) ?? '';
	copyFileSync(join(tunnels, file), join(tunnels, 'mine.conf'));
	chownSync(join(tunnels, 'mine.conf'), 1000, 1000);
	chmodSync(join(tunnels, 'mine.conf'), 0o600);
	await stage().engine.docker(['run', '--detach', '--name', 'vpn', ...vpnArguments(stage()), '--volume', `${state}:/var/lib/vks`, images.vks]);
	await stage().connected();

	const {stdout: doctor} = await stage().vks('vpn', 'doctor');
	expect(doctor).toContain('The state folder /var/lib/vks cannot be written to');
	expect(doctor).toContain('it belongs to uid 1000, mode 0755, and vks has no DAC_OVERRIDE (--cap-drop ALL)');
	expect(doctor).toContain('mine.conf cannot be read (EACCES): it belongs to uid 1000, mode 0600');
	expect(doctor).toContain('sudo chown 0 /etc/vks/tunnels/mine.conf');

	const {stdout, stderr, exitCode} = await stage().vks('vpn', 'lockdown');
	expect({exitCode, stdout}).toMatchObject({exitCode: 0, stdout: expect.stringMatching(/^Locked down, but a container made anew forgets it/) as unknown});
	expect(stderr).toContain('sudo chown 0 /var/lib/vks');
	await stage().engine.docker(['restart', 'vpn']);
	await stage().says(/^LOCKDOWN .*PROVEN/);
});
