/**
 * An application in the client that opens a TCP connection and a bound UDP socket, says when both are answered, and on
 * SIGUSR2 uses the same sockets once more and says what became of it. Run inside a namespace.
 */
import {createSocket} from 'node:dgram';
import {connect} from 'node:net';

export interface OldFlows {
	/** The errors of three datagrams from the bound socket; null where the kernel took it. */
	readonly udp: readonly (string | null)[];
	readonly udpMs: number;
	/** The echo came back, the connection ended with this error, or nothing was heard within the time. */
	readonly tcp: string;
}

const patienceMs = 30_000;

async function main([host = '', port = '', source = '']: readonly string[]): Promise<void> {
	const tcp = connect({host, port: Number(port), localAddress: source});
	const broken = new Promise<string>(resolve => tcp.once('error', error => resolve(codeOf(error))));
	const udp = createSocket('udp4');
	udp.on('error', () => undefined);
	await new Promise<void>(resolve => udp.bind(0, source, resolve));
	const answers = Promise.all([new Promise(resolve => udp.once('message', resolve)), new Promise(resolve => tcp.once('data', resolve))]);
	udp.send('one', Number(port), host);
	tcp.write('one');
	await answers;
	process.stdout.write('{"ready":true}\n');
	await new Promise(resolve => process.once('SIGUSR2', resolve));
	const beganAtMs = performance.now();
	const send = () => new Promise<string | null>(resolve => udp.send('two', Number(port), host, error => resolve(error === null ? null : codeOf(error))));
	const refusals = [await send(), await send(), await send()];
	const udpMs = performance.now() - beganAtMs;
	const answered = new Promise<string>(resolve => {
		tcp.once('data', () => resolve('echoed'));
		setTimeout(() => resolve('silent'), patienceMs);
		tcp.write('two');
	});
	const outcome = await Promise.race([broken, answered]);
	const report: OldFlows = {udp: refusals, udpMs, tcp: outcome};
	process.stdout.write(`${JSON.stringify(report)}\n`);
	process.exit(0);
}

const codeOf = (error: Error): string => (error as NodeJS.ErrnoException).code ?? error.message;

if (import.meta.main) await main(process.argv.slice(2));
