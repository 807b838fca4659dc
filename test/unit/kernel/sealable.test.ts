/** A door that is shut lets nothing through any more, and is shut only when what was under way is over. */
import {expect, test} from 'vitest';
import {sealable} from '../../../src/kernel/sealable.ts';
import {ok} from '../../../src/result.ts';
import {fakeKernel} from '../../fakes/fake-kernel.ts';
import {ip, nic} from '../../helpers/situations.ts';
import {defaultRoute} from '../../helpers/controller-rig.ts';

const rule = {family: 4, priority: 100, mark: 1, outInterface: null, table: 1, suppressPrefixLength: null} as const;

test('before, all goes through; after, nothing has any effect', async () => {
	const real = fakeKernel();
	real.putLink({name: 'eth0', up: true});
	real.sysctls.set('a/b', '0');
	const pointed: unknown[] = [];
	const {kernel, resolv, seal} = sealable(real, {read: () => ({kind: 'missing'}), point: resolvers => ok(void pointed.push(resolvers))});
	const act = async (): Promise<readonly boolean[]> => [
		(await kernel.firewall.run('add table inet t\n')).ok, (await kernel.firewall.own('inet', 'vks')).ok,
		kernel.network.replaceRoute(defaultRoute).ok, kernel.network.addRule(rule).ok, kernel.network.deleteRule({...rule, priority: 1}).ok, kernel.network.deleteRoute({...defaultRoute, metric: 9}).ok,
		kernel.sysctl.write('a/b', '1'), (await kernel.devices.createWireguard(nic('wg0'))).ok, (await kernel.devices.removeLeftover(nic('wg9'))).ok, resolv.point([ip('10.0.0.1')]).ok,
	];
	expect((await act()).every(each => each)).toBe(true);
	const before = [real.scripts.length, real.state.routes.length, real.state.rules.length, pointed.length];
	await seal();
	real.sysctls.set('a/b', '0');
	expect((await act()).some(each => each)).toBe(false);
	expect([real.scripts.length, real.state.routes.length, real.state.rules.length, pointed.length]).toEqual(before);
	expect(real.sysctls.get('a/b')).toBe('0');
	expect(kernel.network.links().ok).toBe(true);
});

test('what was under way is waited for', async () => {
	const real = fakeKernel();
	let finish = (): void => undefined;
	const slow = new Promise<void>(resolve => {
		finish = resolve;
	});
	const {kernel, seal} = sealable({...real, firewall: {...real.firewall, run: () => slow.then(() => ok(undefined))}}, {read: () => ({kind: 'missing'}), point: () => ok(undefined)});
	void kernel.firewall.run('x');
	let sealed = false;
	const sealing = seal().then(() => {
		sealed = true;
	});
	await new Promise(resolve => setImmediate(resolve));
	expect(sealed).toBe(false);
	finish();
	await sealing;
});
