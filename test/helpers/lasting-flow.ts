/**
 * One end of TCP connections that last. `serve PORT`: takes them. `open HOST PORT…`: opens one to each. SIGUSR2: says a numbered
 * line by every connection, and who hears one says it back. Each line that came back is written down. Run inside a namespace.
 */
import {connect, createServer, type Socket} from 'node:net';
import {createInterface} from 'node:readline';

export interface Heard {
	readonly far: string;
	/** The number of the line, as it came back. */
	readonly back?: number;
	readonly opened?: true;
	readonly ended?: string;
}

const say = (heard: Heard): void => void process.stdout.write(`${JSON.stringify(heard)}\n`);

function main([role = '', ...rest]: readonly string[]): void {
	const open = new Map<Socket, string>();
	let number = 0;
	const keep = (socket: Socket, far: string): void => {
		open.set(socket, far);
		socket.setNoDelay();
		say({far, opened: true});
		createInterface({input: socket}).on('line', line => {
			const [word, which] = line.split(' ');
			if (word === 'say') socket.write(`back ${which}\n`);
			else say({far, back: Number(which)});
		});
		socket.on('error', error => say({far, ended: error.message}));
		socket.on('close', () => open.delete(socket));
	};
	process.on('SIGUSR2', () => {
		number += 1;
		for (const socket of open.keys()) socket.write(`say ${number}\n`);
	});
	if (role === 'serve') for (const port of rest) createServer(socket => keep(socket, `${String(socket.remoteAddress).replace('::ffff:', '')} ${port}`)).listen({port: Number(port), host: '::'});
	else for (const target of rest) {
		const [host = '', port = '', localPort] = target.split(',');
		const socket = connect({host, port: Number(port), ...(localPort === undefined ? {} : {localPort: Number(localPort)})}, () => keep(socket, `${host} ${port}`));
		socket.on('error', error => say({far: `${host} ${port}`, ended: error.message}));
	}
}

if (import.meta.main) main(process.argv.slice(2));
