/** What makes a container as good as root on the host: privileged, the host's network, the engine's socket. Pure. */
import {sentence} from '../sentence.ts';
import {finding, type Finding} from './finding.ts';
import {isReachable, isSocketProxy} from './image-kinds.ts';
import type {Service, SocketMount} from './service.ts';

export function privilegeFindings(service: Service): readonly Finding[] {
	const {privileged, network, sockets} = service;
	return [
		...(privileged === null ? [] : [privilegedFinding(service, privileged)]),
		...(network.kind === 'host' ? [hostFinding(service, network.proof)] : []),
		...sockets.slice(0, 1).map(socket => socketFinding(service, socket)),
	];
}

const privilegedFinding = ({called, place, after}: Service, proof: string): Finding => finding({
	id: 'privileged', severity: 'high', what: `${sentence(called)} is privileged.`, proof,
	risk: 'What breaks into it is root on the host: every capability, every device, no seccomp.',
	fix: `${place}: remove \`privileged: true\`, and give it what it needs by name: \`cap_add: [...]\`, \`devices: [...]\`${after}.`,
});

/** Some must be there, such as what watches links; so it is no alarm by itself. */
const hostFinding = ({called, place, after}: Service, proof: string): Finding => finding({
	id: 'host-network', severity: 'medium', what: `${sentence(called)} is in the host's own network.`, proof,
	risk: 'It reaches what listens on the host\'s loopback, its own ports are open without being published, and no VPN container guards it.',
	fix: `${place}: remove \`network_mode: host\` and publish what is needed: \`ports: ["127.0.0.1:PORT:PORT"]\`${after}.`,
});

function socketFinding(service: Service, {readOnly, proof}: SocketMount): Finding {
	const {called, place, after} = service;
	const common = {id: 'engine-socket', proof, what: `${sentence(called)} has the container engine's socket${readOnly ? ', read-only, which does not limit what may be asked by it' : ''}.`};
	if (isSocketProxy(service) && !isReachable(service)) return finding({...common, severity: 'low', risk: 'Who breaks into it is root on the host; it lets others ask only what it is told, and publishes nothing.', fix: `${place}: allow by its environment no more than is needed, and \`POST: 0\`${after}.`});
	return finding({
		...common, severity: isReachable(service) ? 'high' : 'medium',
		risk: `Who breaks into it is root on the host: by the socket they start a container with the host's root mounted${isReachable(service) ? ', and it can be reached from outside' : ''}.`,
		fix: `${place}: remove that mount; put a socket proxy in between (\`tecnativa/docker-socket-proxy\` with \`CONTAINERS: 1\` and \`POST: 0\`, on an \`internal: true\` network), and set \`DOCKER_HOST: tcp://socket-proxy:2375\`${after}.`,
	});
}
