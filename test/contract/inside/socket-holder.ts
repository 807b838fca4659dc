/** Another process with an open UDP socket, of a uid that is not ours. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import type {OpenSocket} from '../bench.ts';

export const otherUid = 65_534;
/** Becomes somebody else first, says the port and its own name, and closes the socket when it is told anything. */
const code = `process.setgid(${otherUid}); process.setuid(${otherUid});
	const socket = require("node:dgram").createSocket("udp4");
	socket.bind(0, () => console.log(socket.address().port, require("node:fs").readFileSync("/proc/self/comm", "utf8").trim()));
	process.stdin.once("data", () => socket.close(() => console.log("closed")));`;

export async function holdSocket(): Promise<OpenSocket> {
	const child = spawn(process.execPath, ['-e', code], {stdio: ['pipe', 'pipe', 'inherit']});
	const lines = createInterface({input: child.stdout});
	const first = String((await once(lines, 'line'))[0]);
	const [port = '', name = ''] = first.split(/ (.*)/);
	return {
		flow: {protocol: 'udp', source: '10.0.0.2', sourcePort: Number(port), destination: '192.0.2.1', destinationPort: 53, uid: otherUid},
		holder: {pid: child.pid ?? 0, process: name === 'node' ? name : `${name} (node)`},
		async close() {
			const closed = once(lines, 'line');
			child.stdin.end('close\n');
			await closed;
			if (child.exitCode === null) await once(child, 'exit');
		},
	};
}
