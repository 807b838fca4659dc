/** A host beyond a link, in a namespace of its own: it says what it is called and repeats what it was sent, over UDP and TCP. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {parseIp} from '../../../src/net/address.ts';
import {parsePort} from '../../../src/net/port.ts';
import type {AnsweringHost} from '../bench.ts';
import {ip, succeeds} from './real-bench.ts';

const number = 7007;
/** One network for every host, so that links differ in nothing but what is beyond them. */
const [theirs, ours] = ['10.9.0.2', '10.9.0.1'];
const code = `const said = bytes => Buffer.concat([Buffer.from(process.argv[1] + ": "), bytes]);
	const udp = require("node:dgram").createSocket("udp4");
	udp.on("message", (bytes, from) => udp.send(said(bytes), from.port, from.address));
	const tcp = require("node:net").createServer(socket => socket.on("error", () => undefined).on("data", bytes => socket.write(said(bytes))));
	udp.bind(${number}, () => tcp.listen(${number}, "0.0.0.0", () => console.log("ready")));
	process.stdin.on("end", () => process.exit(0)).resume();`;

/** `peer` is the other end of the link's pair, and goes into the host's namespace. */
export async function answeringHost(link: string, peer: string): Promise<AnsweringHost & {close(): void}> {
	const child = spawn('unshare', ['-n', '--', process.execPath, '-e', code, link], {stdio: ['pipe', 'pipe', 'inherit']});
	await once(createInterface({input: child.stdout}), 'line');
	const inside = (line: string): boolean => succeeds('nsenter', [`--net=/proc/${child.pid}/ns/net`, '--', 'ip', ...line.split(' ')]);
	// Strict filtering would drop the answers by the link that the routes do not lead to: a mark sees to that elsewhere.
	for (const name of ['all', link]) succeeds('sysctl', ['-q', '-w', `net.ipv4.conf.${name}.rp_filter=0`]);
	const done = [
		ip(`address add ${ours}/24 dev ${link}`),
		ip(`link set ${peer} netns ${child.pid}`),
		inside(`address add ${theirs}/24 dev ${peer}`),
		inside(`link set ${peer} up`),
	];
	const [address, source, port] = [parseIp(theirs), parseIp(ours), parsePort(number)];
	if (done.includes(false) || address === null || source === null || port === null) throw new Error(`no host could be put beyond ${link}`);
	return {
		address, port, source,
		close() {
			// With the namespace its end of the pair goes too, and ours with it, but only some time later.
			ip(`link del ${link}`);
			child.stdin.end();
		},
	};
}
