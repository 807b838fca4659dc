/** Which tunnels may not stand beside each other: never one that somebody else owns, whatever the other is. */
import {expect, test} from 'vitest';
import {besideObstacle} from '../../../src/tunnel/stand-beside.ts';
import type {AttachedServer, Server} from '../../../src/tunnel/tunnel.ts';
import {parseWireguardConf} from '../../../src/tunnel/wireguard-conf.ts';

const adopted = (kind: AttachedServer['kind']): AttachedServer => ({
	kind, id: kind, resolvers: [], city: null, country: null, load: null, mtu: null, notes: [], fileChangedAtMs: null, keyMark: () => null, certificate: null,
	adopt: () => Promise.reject(new Error('not asked')),
});
const key = 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=';
function own(): Server {
	const read = parseWireguardConf({id: 'own', file: 'own.conf', changedAtMs: 0, text: `[Interface]\nPrivateKey = ${key}\nAddress = 10.64.1.2/32\n[Peer]\nPublicKey = ${key}\nAllowedIPs = 0.0.0.0/0\nEndpoint = 192.0.2.10:51820\n`});
	if (!read.ok) throw new Error(JSON.stringify(read));
	return read.value;
}

test.each<[Server, Server]>([
	[adopted('gluetun'), adopted('gluetun')],
	[adopted('external'), adopted('external')],
	[adopted('gluetun'), own()],
	[own(), adopted('external')],
])('$0.kind beside $1.kind: the owner of a tunnel raises no second one', (standing, next) => {
	expect(besideObstacle(standing, next)).toContain('its owner\'s');
});
