/** A datagram that connection tracking sees leave, under its sender's address or under another one that it is given. */
import {createSocket} from 'node:dgram';
import {ip, nft} from './real-bench.ts';

const somewhere = '198.51.100.9';

export async function trackDatagram(link: string, {from, seenAs}: {readonly from: string; readonly seenAs: string}): Promise<() => void> {
	ip(`address add ${from}/32 dev lo`);
	ip(`route replace ${somewhere}/32 dev ${link}`);
	nft(`add table ip vkst_track\nadd chain ip vkst_track out { type filter hook output priority 0; }\nadd rule ip vkst_track out ct state new accept\nadd chain ip vkst_track post { type nat hook postrouting priority 100; }\nflush chain ip vkst_track post\n${from === seenAs ? '' : `add rule ip vkst_track post ip saddr ${from} snat to ${seenAs}\n`}`);
	const socket = createSocket('udp4');
	await new Promise<void>(resolve => socket.bind(0, from, resolve));
	await new Promise(resolve => socket.send('tracked', 9, somewhere, resolve));
	socket.close();
	return () => void ip(`address del ${from}/32 dev lo`);
}
