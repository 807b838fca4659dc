/** Owns `inet vkst` with a drop chain, says so, and waits to be killed. */
import {openLinuxKernel} from '../../../src/kernel/linux.ts';
import {noDevices} from '../../helpers/no-devices.ts';

const kernel = await openLinuxKernel({backend: 'libnftables', devices: noDevices});
if (!kernel.ok) throw new Error(kernel.error.what);
const {firewall} = kernel.value;
const owned = await firewall.own('inet', 'vkst');
const filled = await firewall.run('add chain inet vkst output { type filter hook output priority 0; policy drop; }\n');
process.stdout.write(owned.ok && filled.ok ? 'held\n' : 'failed\n');
setInterval(() => undefined, 1000);
