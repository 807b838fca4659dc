/** Asks the lab's agent inside the isp, starting it when it is not there. Unix sockets do not know about namespaces. */
import {connect} from 'node:net';
import {join} from 'node:path';
import type {LabDescription} from './description.ts';
import {nodeProgram} from './program.ts';
import {hangsAfterMs, startProcess, waitUntil} from './processes.ts';

/** The discard port: nobody listens there. */
export const sentinelPort = 9;

export type AgentRequest =
	| {readonly ask: 'sentinel'}
	| {readonly ask: 'delay'; readonly delayMs: number; readonly jitterMs: number};

export const agentSocket = (lab: Pick<LabDescription, 'folders'>): string => join(lab.folders.state, 'agent.sock');

export async function askAgent(lab: LabDescription, request: AgentRequest): Promise<void> {
	const path = agentSocket(lab);
	if (await sendRequest(path, request)) return;
	startProcess({
		name: 'agent',
		namespace: lab.namespaces.isp,
		argv: nodeProgram('agent.ts', path),
		folders: lab.folders,
	});
	const answered = await waitUntil(() => sendRequest(path, request));
	if (!answered) throw new Error(`the lab's agent in the isp does not answer; see ${lab.folders.logs}/agent.log`);
}

const sendRequest = (path: string, request: AgentRequest): Promise<boolean> =>
	new Promise(resolve => {
		const socket = connect(path);
		socket.setTimeout(hangsAfterMs, () => socket.destroy());
		socket.once('connect', () => socket.end(`${JSON.stringify(request)}\n`));
		socket.once('data', answer => resolve(answer.toString() === 'ok\n'));
		socket.once('error', () => resolve(false));
		socket.once('close', () => resolve(false));
	});
