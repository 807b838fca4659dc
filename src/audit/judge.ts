/** All that can be said of containers by their settings alone. Pure. */
import {sentence} from '../sentence.ts';
import {besideFindings} from './beside-vpn.ts';
import {finding, type Finding} from './finding.ts';
import {privilegeFindings} from './privileges.ts';
import {isReachable} from './image-kinds.ts';
import type {Overlay, Project, SecretText, Service} from './service.ts';

/** But for published ports, of which who knows the host's rules says more. */
export const judgeProject = (project: Project): readonly Finding[] => [
	...project.services.flatMap(service => [
		...privilegeFindings(service), ...besideFindings(service, project), ...service.secrets.map(secret => secretFinding(service, secret)),
		...apiFindings(service), ...limitFindings(service),
	]),
	...project.overlays.filter(({encrypted}) => !encrypted).map(overlayFinding),
];

const secretFinding = ({called, place, after}: Service, {name, where, form, proof}: SecretText): Finding => finding({
	id: 'secret-in-the-open', severity: form === 'written' ? 'medium' : 'low', what: `${name} of ${called} is in the ${where === 'environment' ? 'environment' : 'command line'}.`, proof,
	risk: `${form === 'written' ? 'It is in the file, in its history, and' : 'It is'} shown by \`docker inspect\`${where === 'environment' ? ', inherited by every program it starts' : ', and listed by `ps` for everybody'}.`,
	fix: where === 'environment' ? `${place}: \`secrets: [${secretFile(name)}]\` and \`${name}_FILE: /run/secrets/${secretFile(name)}\`, where the image reads that${after}.` : `${place}: give it by a file that only root may read, as the program allows (\`secrets:\`)${after}.`,
});

const secretFile = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9_]+/g, '_').replaceAll(/^_+|_+$/g, '');

function apiFindings(service: Service): readonly Finding[] {
	const {called, place, after, insecureApi} = service;
	if (insecureApi === null) return [];
	const open = service.network.kind === 'host' || (isReachable(service) && service.ports.some(({port}) => port === '8080'));
	return [finding({
		id: 'traefik-dashboard', severity: open ? 'high' : 'medium', what: `${sentence(called)} serves its dashboard and API to who asks, without a password.`, proof: insecureApi,
		risk: `${open ? 'Who can reach the host' : 'Every container on its networks'} sees all routers, services and their addresses.`,
		fix: `${place}: remove \`--api.insecure\`; \`--api.dashboard=true\` with a router of its own behind a \`basicauth\` middleware, and no \`8080\` among its \`ports\`${after}.`,
	})];
}

function limitFindings({called, place, after, hasMemoryLimit, hasPidsLimit, noNewPrivileges, privileged, proof}: Service): readonly Finding[] {
	const missing = [...(hasMemoryLimit ? [] : ['mem_limit: 512m']), ...(hasPidsLimit ? [] : ['pids_limit: 200']), ...(noNewPrivileges || privileged !== null ? [] : ['security_opt: ["no-new-privileges:true"]'])];
	return missing.length === 0 ? [] : [finding({
		id: 'no-limits', severity: 'low', what: `${sentence(called)} lacks ${list(missing.map(each => names[each.split(':')[0] ?? ''] ?? ''))}.`, proof: `${proof}: ${missing.map(each => each.split(':')[0] ?? '').join(', ')} not set`,
		risk: `${hasMemoryLimit && hasPidsLimit ? 'What breaks into it may gain rights by a setuid program' : 'A fault in it can take the memory or the processes of the whole host, the VPN\'s among them'}.`,
		fix: `${place}: ${missing.map(each => `\`${each}\``).join(', ')}${hasMemoryLimit && hasPidsLimit ? '' : ', with numbers that fit it'}${after}.`,
	})];
}

const names: Readonly<Record<string, string>> = {mem_limit: 'a limit of memory', pids_limit: 'a limit of processes', security_opt: 'no-new-privileges'};
const list = (words: readonly string[]): string => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`);

const overlayFinding = ({name, proof, fix}: Overlay): Finding => finding({
	id: 'overlay-in-clear', severity: 'medium', what: `The overlay network ${name} is not encrypted.`, proof,
	risk: 'Who is between the nodes of the swarm reads and changes what the containers say to each other.', fix,
});
