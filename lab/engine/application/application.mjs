/**
 * An application that never waits for its network: datagrams to an echo, connections to an exit echo, questions to a resolver,
 * all from the first moment. Its page on 8080 says what came back. Plain JavaScript, because its image has no more than Node.
 */
import {createSocket} from 'node:dgram';
import {createServer, get} from 'node:http';

const internet = process.env.INTERNET ?? '203.0.113.80';
const otherResolver = process.env.OTHER_RESOLVER ?? '203.0.113.54';
const seen = {startedAtMs: Date.now(), sent: 0, refused: 0, echoes: 0, lastEchoAtMs: null, longestGapMs: 0, exits: {}, lastExit: null, lastExitAtMs: null, pages: 0};

const socket = createSocket('udp4');
socket.on('error', () => undefined);
socket.on('message', () => {
	const now = Date.now();
	if (seen.lastEchoAtMs !== null) seen.longestGapMs = Math.max(seen.longestGapMs, now - seen.lastEchoAtMs);
	seen.lastEchoAtMs = now;
	seen.echoes += 1;
});
const count = error => {
	seen.sent += 1;
	if (error) seen.refused += 1;
};
const question = Buffer.from('0001010000010000000000000465786974036c61620000010001', 'hex');
const send = () => {
	socket.send(`${seen.sent}`, 7, internet, count);
	if (seen.sent % 10 === 0) socket.send(question, 53, otherResolver, count);
};
const ask = () => {
	const request = get({host: internet, port: 80, timeout: 1000, agent: false}, response => {
		let text = '';
		response.on('data', chunk => (text += chunk));
		response.on('end', () => {
			const exit = text.trim().slice(0, 60);
			seen.exits[exit] = (seen.exits[exit] ?? 0) + 1;
			Object.assign(seen, {lastExit: exit, lastExitAtMs: Date.now()});
		});
	});
	request.on('timeout', () => request.destroy());
	request.on('error', () => undefined);
};

send();
ask();
setInterval(send, 10);
setInterval(ask, 200);
createServer((request, response) => {
	seen.pages += 1;
	response.end(`${JSON.stringify({...seen, nowMs: Date.now()})}\n`);
}).listen(Number(process.env.PORT ?? 8080));
