/** wireguard-go's control sockets, which `wg` finds by the device's name (wireguard.com/xplatform). */
import {connect} from 'node:net';
import {join} from 'node:path';

export const socketFolder = '/var/run/wireguard';
export const wireguardSocket = (device: string): string => join(socketFolder, `${device}.sock`);

/** Whether somebody answers there. A socket that is bound and not listened on yet is a dead one to `wg`, which removes it. */
export const isServed = (device: string): Promise<boolean> =>
	new Promise(resolve => {
		const socket = connect(wireguardSocket(device));
		socket.once('error', () => resolve(false));
		socket.once('connect', () => {
			socket.destroy();
			resolve(true);
		});
	});
