/** Rules as Docker writes them, for tests to change. */
import type {HostFacts} from '../../../src/audit/host.ts';
import {rulesFrom} from '../../../src/audit/host.ts';
import type {PublishedPort, Service} from '../../../src/audit/service.ts';
import type {EngineFacts, Running} from '../../../src/audit/engine/facts.ts';

export const docker = `*nat
:PREROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER -i docker0 -j RETURN
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-ISOLATION-STAGE-1 - [0:0]
:DOCKER-ISOLATION-STAGE-2 - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A FORWARD -i docker0 -o docker0 -j ACCEPT
-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER -d 172.17.0.3/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 90 -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
-A DOCKER-ISOLATION-STAGE-2 -j RETURN
-A DOCKER-USER -j RETURN
COMMIT
`;

/** With rules before the one that returns. */
export const withUser = (...rules: readonly string[]): string => docker.replace('-A DOCKER-USER -j RETURN', [...rules.map(rule => `-A DOCKER-USER ${rule}`), '-A DOCKER-USER -j RETURN'].join('\n'));

export const hostWith = (ip4: string, {ip6 = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\nCOMMIT\n', nft = null, backend = 'nft'}: {ip6?: string; nft?: string | null; backend?: 'nft' | 'legacy'} = {}): HostFacts => ({
	rules: rulesFrom({listed: [{family: 4, backend, text: ip4}, {family: 6, backend, text: ip6}], nft}), uplinks: {4: ['eth0'], 6: ['eth0']}, addresses: {4: ['172.30.7.2'], 6: ['fd00:30::2']}, proxies: 0,
});

export const published = (hostAddress: string, hostPort: string, port: string): PublishedPort => ({hostAddress, hostPort, port, transport: 'tcp', proof: `${hostAddress}:${hostPort} -> ${port}/tcp`});

export const running = (name: string, ipv4: string, ports: readonly PublishedPort[], change: Partial<Service> = {}, ipv6: string | null = null): Running => ({
	places: [{ipv4, ipv6, link: 'docker0'}], resolvers: [],
	service: {
		name, called: `container ${name}`, place: `For container ${name}`, after: '', image: 'mine', network: {kind: 'own'}, ports, privileged: null, sockets: [], secrets: [], capAdd: [], capDrop: [], capProof: '',
		dependsOn: null, insecureApi: null, hasMemoryLimit: true, hasPidsLimit: true, noNewPrivileges: true, proof: `container ${name}`, ...change,
	},
});

export const engineWith = (...all: readonly Running[]): EngineFacts => ({version: '28.1.0', isDocker: true, firewall: null, running: all, bridges: [{name: 'bridge', link: 'docker0', internal: false}], overlays: []});
