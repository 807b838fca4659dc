/** What every `Kernel` must do, real or fake. Each test starts with no table and no link but loopback. */
import {describe} from 'vitest';
import type {Bench} from './bench.ts';
import {connectContract} from './connect-contract.ts';
import {firewallContract} from './firewall-contract.ts';
import {hooksContract} from './hooks-contract.ts';
import {leftoverContract} from './leftover-contract.ts';
import {networkContract} from './network-contract.ts';
import {ownersContract} from './owners-contract.ts';
import {ownershipContract} from './ownership-contract.ts';
import {probeContract} from './probe-contract.ts';
import {programContract} from './program-contract.ts';
import {trackedContract} from './tracked-contract.ts';
import {trafficContract} from './traffic-contract.ts';
import {watchContract} from './watch-contract.ts';
import {xdpContract} from './xdp-contract.ts';

export function kernelContract(name: string, makeBench: () => Promise<Bench>): void {
	describe(name, () => {
		firewallContract(makeBench);
		ownershipContract(makeBench);
		networkContract(makeBench);
		watchContract(makeBench);
		xdpContract(makeBench);
		hooksContract(makeBench);
		probeContract(makeBench);
		ownersContract(makeBench);
		trafficContract(makeBench);
		connectContract(makeBench);
		trackedContract(makeBench);
		leftoverContract(makeBench);
		programContract(makeBench);
	});
}
