/** A device's settings in the form `wg setconf` reads (wg(8), "Configuration file format"). */
import type {WireguardSettings} from './kernel.ts';

export function renderWgConf({privateKey, listenPort, mark, peer}: WireguardSettings): string {
	return [
		'[Interface]',
		`PrivateKey = ${privateKey}`,
		...(listenPort === null ? [] : [`ListenPort = ${listenPort}`]),
		`FwMark = ${mark}`,
		'[Peer]',
		`PublicKey = ${peer.publicKey}`,
		...(peer.presharedKey === null ? [] : [`PresharedKey = ${peer.presharedKey}`]),
		`Endpoint = ${peer.endpoint}`,
		`AllowedIPs = ${peer.allowedIps.join(', ')}`,
		`PersistentKeepalive = ${peer.keepaliveSeconds ?? 'off'}`,
		'',
	].join('\n');
}
