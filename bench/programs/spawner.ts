/** Starts commands from inside a namespace, so that entering it is not part of what is measured. One JSON argv a line. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {z} from 'zod';

process.stdout.write('{"ready":true}\n');
for await (const line of createInterface({input: process.stdin})) {
	const [program = '', ...args] = z.parse(z.array(z.string()), JSON.parse(line));
	const startedNs = process.hrtime.bigint();
	const child = spawn(program, args, {stdio: ['ignore', 'ignore', 'pipe']});
	let complaint = '';
	child.stderr.on('data', chunk => (complaint += String(chunk)));
	const [code] = await once(child, 'exit');
	const endedNs = process.hrtime.bigint();
	process.stdout.write(`${JSON.stringify({startedNs: String(startedNs), endedNs: String(endedNs), code, complaint})}\n`);
}
