/** For what opens the kernel and makes no tunnel. */
import type {Devices} from '../../src/kernel/kernel.ts';

const refuse = (): Promise<never> => Promise.reject(new Error('there are no devices here'));

export const noDevices: Devices = {createWireguard: refuse, startOpenvpn: refuse, inspect: refuse, removeLeftover: refuse};
