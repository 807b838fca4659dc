/** Servers of the lab that forward ports: a NAT-PMP gateway beside each tunnel, started and stopped by a test. */
import {existsSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import type {Lab} from './lab.ts';
import {serverPlan, type ServerName} from './plan.ts';
import {isAlive, waitUntil, type Running} from './processes.ts';
import {nodeProgram} from './program.ts';
import type {NatPmpOptions} from './services/nat-pmp.ts';

export interface PortGateway {
	/** Its rules go with it. */
	stop(): Promise<void>;
}

/** Resolves once it listens. One that is started anew has forgotten what it forwarded, and begins at the port it is told. */
export async function startPortGateway(lab: Lab, server: ServerName, {firstPort, lifetime = 60, refuse = 0}: Partial<Pick<NatPmpOptions, 'lifetime' | 'refuse'>> & Pick<NatPmpOptions, 'firstPort'>): Promise<PortGateway> {
	const {gateway, exit} = serverPlan(server);
	const ready = join(lab.description.folders.state, `nat-pmp-${server}.ready`);
	rmSync(ready, {force: true});
	const options: NatPmpOptions = {gateway: gateway.ipv4, exit: exit.ipv4, firstPort, lifetime, refuse, ready};
	const running: Running = lab.spawn(server, nodeProgram('services/nat-pmp.ts', JSON.stringify(options)), {name: `nat-pmp-${server}`});
	await waitUntil(() => existsSync(ready) || !isAlive(running));
	if (!existsSync(ready)) throw new Error(`the NAT-PMP gateway in ${server} did not start: ${readFileSync(running.log, 'utf8')}`);
	return {stop: () => running.stop()};
}
