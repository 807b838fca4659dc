/** What only the container engine knows: neighbours, orphans, published ports. */
import type {Config, InboundPort} from '../config/config.ts';
import type {Container, DockerFacts} from './docker-schema.ts';
import type {Facts} from './facts.ts';
import {looked, notLooked, type Check, type Finding, type Verdict} from './finding.ts';

const withDocker = (look: (docker: DockerFacts, facts: Facts) => Verdict) => (facts: Facts): Verdict => {
	const {docker} = facts;
	if (docker === null) return notLooked('no socket of the container engine is mounted (`-v /var/run/docker.sock:/var/run/docker.sock:ro`, for this once: who may use it is root on the host)');
	return docker.ok ? look(docker.value, facts) : notLooked(`the container engine does not answer: ${docker.error}`);
};

const owner = ({networkMode}: Container): string | null => (networkMode.startsWith('container:') ? networkMode.slice('container:'.length) : null);

const isOf = (container: Container, reference: string): boolean => container.id.startsWith(reference) || container.name === reference;

/** Whose network it is in: its own, or that of the one it joined. Null where that one is gone. */
function holderIn(container: Container, all: readonly Container[]): Container | null {
	const reference = owner(container);
	return reference === null ? container : (all.find(each => isOf(each, reference)) ?? null);
}

export const orphanCheck: Check = {
	id: 'orphans',
	title: 'containers left in a dead namespace',
	look: withDocker(({own, others}) => {
		const all = own === null ? others : [own, ...others];
		return looked(...others.filter(({running}) => running).map(container => orphan(container, all)));
	}),
};

/** Joined to one that is gone, that stopped, or that was started again since: the namespace that it is in has no tunnel any more. */
function orphan(container: Container, all: readonly Container[]): Finding | null {
	const reference = owner(container);
	if (reference === null) return null;
	const holder = holderIn(container, all);
	const why = holder === null ? 'which is gone' : !holder.running ? 'which does not run' : holder.startedAtMs > container.startedAtMs ? 'which was started again later' : null;
	return why === null ? null : {
		id: 'orphan', severity: 'high', what: `${container.name} is in the network of a container ${why}: it has no network, or one that nothing guards.`,
		proof: `NetworkMode ${container.networkMode.slice(0, 'container:'.length + 12)}${holder === null ? '' : ` (${holder.name})`}`,
		fix: holder === null ? `docker compose up -d --force-recreate ${container.name}` : !holder.running ? `docker start ${holder.name} && docker restart ${container.name}` : `docker restart ${container.name}`,
	};
}

export const neighbourCheck: Check = {
	id: 'neighbours',
	title: 'who else of this namespace may change or send what',
	look: withDocker(({own, others}) => {
		if (own === null) return notLooked('which container this is could not be found out');
		const all = [own, ...others];
		return looked(...others.filter(container => container.running && holderIn(container, all) === holderIn(own, all)).map(neighbour));
	}),
};

function neighbour({name, privileged, capAdd, capDrop}: Container): Finding | null {
	const added = (capability: string): boolean => capAdd.includes(capability) || capAdd.includes('ALL');
	const dropped = (capability: string): boolean => capDrop.includes(capability) || capDrop.includes('ALL');
	if (privileged || (added('NET_ADMIN') && !capDrop.includes('NET_ADMIN'))) {
		return {id: 'neighbour-net-admin', severity: 'high', what: `${name} shares this network and has NET_ADMIN: it can undo what vks does.`, proof: privileged ? 'Privileged true' : `CapAdd ${capAdd.join(', ')}`, fix: `For ${name}, in the compose file: remove \`privileged: true\` and NET_ADMIN from \`cap_add\`, then \`docker compose up -d --force-recreate ${name}\`.`};
	}
	// Docker gives it to everybody who does not drop it.
	if (dropped('NET_RAW') && !capAdd.includes('NET_RAW')) return null;
	return {id: 'neighbour-net-raw', severity: 'medium', what: `${name} shares this network and has NET_RAW: it can send raw frames through what is open, and listen to all of the namespace.`, proof: `CapDrop ${capDrop.join(', ') || 'none'}`, fix: `For ${name}, in the compose file: \`cap_drop: [NET_RAW]\`, then \`docker compose up -d --force-recreate ${name}\`.`};
}

export const portsCheck: Check = {
	id: 'ports',
	title: 'published ports',
	look: withDocker(({own, others}, {config}) => {
		if (own === null) return notLooked('which container this is could not be found out');
		if (!config.ok) return notLooked('the settings are wrong');
		const holder = holderIn(own, [own, ...others]) ?? own;
		return looked(...unopened(holder.published, config.value), ...unpublished(holder.published, config.value));
	}),
};

const textOf = ({port, transport}: InboundPort): string => `${port}/${transport}`;
const inbound = ({inboundPorts}: Config): readonly string[] => inboundPorts.filter(({on}) => on === 'uplink').map(textOf);

function unopened(published: readonly string[], config: Config): readonly Finding[] {
	const open = [...inbound(config), ...(config.management === null ? [] : [`${config.management.port}/tcp`])];
	const closed = published.filter(port => !open.includes(port));
	return closed.length === 0 ? [] : [{id: 'port-not-opened', severity: 'medium', what: `Published, and refused by vks: ${closed.join(', ')}.`, proof: `PortBindings ${published.join(', ')}; VKS_INBOUND_PORTS ${inbound(config).join(', ') || 'none'}`, fix: `VKS_INBOUND_PORTS="${[...new Set([...inbound(config), ...closed])].join(', ')}"`}];
}

const unpublished = (published: readonly string[], config: Config): readonly Finding[] =>
	inbound(config).filter(port => !published.includes(port)).map(port => ({id: 'port-not-published', severity: 'low', what: `VKS_INBOUND_PORTS opens ${port}, and the container publishes no such port.`, proof: `PortBindings ${published.join(', ') || 'none'}`, fix: `In the compose file of the container that holds the network: \`ports: ["127.0.0.1:${port.split('/')[0] ?? ''}:${port}"]\`.`}));
