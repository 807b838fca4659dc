/** OpenVPN as a process of ours: started held, spoken to over its management socket, ended with its link. */
import {join} from 'node:path';
import {fail, ok, type Result} from '../result.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Problem} from '../problem.ts';
import type {DeviceDeps} from './devices-deps.ts';
import {setUpLink} from './devices-link.ts';
import {removeOwn} from './devices-leftover.ts';
import type {Process} from './devices-process.ts';
import {endSupervised, supervise, type Supervision} from './devices-supervise.ts';
import type {OpenvpnProcess, OpenvpnStart} from './kernel.ts';
import type {Channel} from './line-channel.ts';
import {parseLinkCounters} from './parse-net-dev.ts';
import {noOpenvpn, noTunForOpenvpn, tunnelFailed} from './device-problems.ts';

const readyWithinMs = 5000;

export async function startOpenvpn(deps: DeviceDeps, name: InterfaceName, {config, options, runFolder}: OpenvpnStart): Promise<Result<OpenvpnProcess, Problem>> {
	const tun = await deps.tun();
	if (tun !== 'ready') return fail(noTunForOpenvpn(tun));
	const program = await deps.findProgram('openvpn');
	if (program === null) return fail(noOpenvpn());
	// OpenVPN makes its socket writable for all (socket_bind_unix): the folder keeps others out, and it asks who they are.
	const socket = await deps.socketIn(join(runFolder, 'openvpn'), name).catch(() => null);
	if (socket === null) return fail(tunnelFailed('OpenVPN\'s socket has no place in the run folder.', 'Set VKS_RUN_FOLDER to a folder that vks may write in.'));
	// What stands after the configuration wins over it.
	const started = await deps.start([program, '--config', 'stdin', '--management', socket, 'unix', '--management-client-user', 'root', ...options], {}, config);
	if (!started.ok) return fail(started.error === 'missing' ? noOpenvpn() : tunnelFailed('openvpn could not be started.'));
	const supervision = supervise(started.value);
	const channel = await connect(deps, socket, supervision);
	if (channel !== null) return ok(processOn({deps, name, process: started.value, supervision, channel}));
	const gone = supervision.ended();
	await endSupervised(deps, started.value, supervision);
	await removeOwn(deps, name);
	return fail(gone ? endedEarly : tunnelFailed(`openvpn did not open its management socket within ${readyWithinMs / 1000} seconds.`));
}

const endedEarly = tunnelFailed('openvpn ended before it could be spoken to: it does not take the configuration that vks wrote.', 'Check that it is OpenVPN 2.5 or newer (`openvpn --version`), and the values in the server\'s file.');

async function connect(deps: DeviceDeps, socket: string, supervision: Supervision): Promise<Channel | null> {
	const until = deps.now() + readyWithinMs;
	while (!supervision.ended() && deps.now() < until) {
		const opened = await deps.channel(socket);
		if (opened.ok) return opened.value;
		await deps.wait(5);
	}
	return null;
}

interface Running {
	readonly deps: DeviceDeps;
	readonly name: InterfaceName;
	readonly process: Process;
	readonly supervision: Supervision;
	readonly channel: Channel;
}

function processOn({deps, name, process, supervision, channel}: Running): OpenvpnProcess {
	const removal: {promise: Promise<void> | null} = {promise: null};
	return {
		interface: name,
		say: line => {
			channel.say(line);
		},
		listen: listener => {
			channel.listen(listener);
		},
		bringUp: async (addresses, mtu) => setUpLink(deps.run, {name, addresses, mtu, ipv6: await deps.ipv6(name)}),
		carried: () => parseLinkCounters(deps.linkCounters(), name),
		remove: () => (removal.promise ??= end(deps, name, process, supervision, channel)),
		// The socket goes with the process, and what it said last has been heard by then.
		onExit: listener => {
			channel.onClose(listener);
		},
	};
}

async function end(deps: DeviceDeps, name: InterfaceName, process: Process, supervision: Supervision, channel: Channel): Promise<void> {
	channel.close();
	await endSupervised(deps, process, supervision);
	await removeOwn(deps, name);
}
