/** Starts the lab's own servers in a namespace and waits until they listen. */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import type {LabDescription} from './description.ts';
import {nodeProgram} from './program.ts';
import {isAlive, startProcess, waitUntil} from './processes.ts';

export type ServingRole = 'internet' | 'lan' | 'peer';

export async function serve(lab: Pick<LabDescription, 'folders' | 'namespaces'>, role: ServingRole): Promise<void> {
	const ready = join(lab.folders.state, `${role}.ready`);
	if (existsSync(ready)) return;
	const services = startProcess({
		name: `services-${role}`,
		namespace: lab.namespaces[role],
		argv: nodeProgram('services/main.ts', role, ready),
		folders: lab.folders,
	});
	await waitUntil(() => existsSync(ready) || !isAlive(services));
	if (existsSync(ready)) return;
	throw new Error(`the services in ${role} did not start; see ${lab.folders.logs}/services-${role}.log`);
}
