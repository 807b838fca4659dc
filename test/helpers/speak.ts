/**
 * An application, run as the user that a test chooses: `speak.ts [--patient] tls <address> <port> [name]`,
 * `http <address> <port> <host…>`, `udp <address> <port>`, `ask <resolver> <name> [type]`, `ask-many <resolver> <name> <count>`
 * under made-up labels, `visit-many <address> <name> <resolver>`. What it got, or why it got nothing, is one line.
 */
import {createSocket} from 'node:dgram';
import {Resolver} from 'node:dns/promises';
import {connect} from 'node:net';
import {connect as connectTls} from 'node:tls';

const given = process.argv.slice(2);
/** A machine may stall; but what nobody answers or refuses is waited for to the end. */
const isPatient = given[0] === '--patient';
const withinMs = isPatient ? 30_000 : 5000;
const [kind = '', address = '', port = '', ...words] = isPatient ? given.slice(1) : given;

function say(text: string): void {
	process.stdout.write(`${text}\n`, () => process.exit(0));
}

/** A resolver that could not ask further is asked again; what it refused or found stands. */
async function answered<T>(ask: () => Promise<T>, onAgain: () => void = () => undefined): Promise<T> {
	for (let again = 3; ; again--) {
		try {
			return await ask();
		} catch (error) {
			if (again === 0 || (error as NodeJS.ErrnoException).code !== 'ESERVFAIL') throw error;
			onAgain();
		}
	}
}

function hear(socket: NodeJS.ReadableStream): void {
	let heard = '';
	socket.on('data', (part: Buffer) => (heard += part.toString()));
	socket.on('end', () => say(heard === '' ? 'closed' : heard));
	socket.on('error', (error: NodeJS.ErrnoException) => say(heard === '' ? (error.code ?? error.message) : heard));
}

setTimeout(() => say('silence'), kind.endsWith('-many') ? 240_000 : withinMs);
if (kind === 'tls') hear(connectTls({host: address, port: Number(port), rejectUnauthorized: false, ...(words[0] === undefined ? {} : {servername: words[0]})}));
if (kind === 'http') {
	const socket = connect({host: address, port: Number(port)}, () => words.forEach((host, index) => socket.write(`GET ${host.startsWith('http:') ? host : '/'} HTTP/1.1\r\nHost: ${host.startsWith('http:') ? 'evil.test' : host}\r\n${index === words.length - 1 ? 'Connection: close\r\n' : ''}\r\n`)));
	hear(socket);
}
if (kind === 'udp') {
	const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
	socket.on('error', (error: NodeJS.ErrnoException) => say(error.code ?? error.message));
	socket.connect(Number(port), address, () => socket.send('a datagram', error => say(error === null ? 'sent' : ((error as NodeJS.ErrnoException).code ?? error.message))));
}
if (kind === 'ask-many') {
	// Once: each question is counted by whom it is asked.
	const resolver = new Resolver({timeout: 60_000, tries: 1});
	resolver.setServers([address]);
	const answers = new Map<string, number>();
	const count = Number(words[0]);
	for (let from = 0; from < count; from += 50) {
		await Promise.all(Array.from({length: Math.min(50, count - from)}, (_, index) => resolver.resolve(`x${from + index}.${port}`).then(() => 'an answer', (error: NodeJS.ErrnoException) => error.code ?? error.message).then(word => answers.set(word, (answers.get(word) ?? 0) + 1))));
	}
	say([...answers].map(([word, times]) => `${times} ${word}`).join(', '));
}
if (kind === 'visit-many') {
	const [resolver = ''] = words;
	const results = {answers: 0, connections: 0, again: 0};
	for (let round = 0; round < 100; round++) {
		// A socket, and so a port, for each: the entries of those before are still tracked.
		for (let count = 0; count < 20; count++) {
			results.answers += await answered(() => {
				const asker = new Resolver({timeout: 20_000, tries: 1});
				asker.setServers([resolver]);
				return asker.resolve4(port);
			}, () => (results.again += 1)).then(() => 1, () => 0);
		}
		for (let count = 0; count < 3; count++) {
			results.connections += await new Promise<number>(resolve => {
				const socket = connectTls({host: address, port: 443, servername: port, rejectUnauthorized: false}, () => resolve(1)).on('error', () => resolve(0));
				socket.on('secureConnect', () => socket.destroy());
			});
		}
	}
	say(`${results.answers} answers, ${results.connections} connections, ${results.again} asked again`);
}
if (kind === 'ask') {
	const resolver = new Resolver({timeout: withinMs / 2.5, tries: 1});
	resolver.setServers([address]);
	answered(() => resolver.resolve(port, words[0] ?? 'A')).then(found => say(JSON.stringify(found)), (error: NodeJS.ErrnoException) => say(error.code ?? error.message));
}
