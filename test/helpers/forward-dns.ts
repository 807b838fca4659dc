/** A resolver as many hosts have one: `forward-dns.ts <resolver>` listens on port 53 of every address and asks that one. */
import {createSocket} from 'node:dgram';

const [, , resolver = ''] = process.argv;
const server = createSocket('udp4');
server.on('message', (question, from) => {
	const asker = createSocket('udp4');
	const timer = setTimeout(() => asker.close(), 3000);
	asker.on('error', () => undefined).on('message', answer => {
		clearTimeout(timer);
		asker.close();
		server.send(answer, from.port, from.address);
	});
	asker.send(question, 53, resolver);
});
server.bind(53, '0.0.0.0');
process.once('SIGTERM', () => process.exit(0));
