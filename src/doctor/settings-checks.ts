/** Settings, secrets, server files, and what the daemon says of itself. */
import type {Problem} from '../problem.ts';
import {looked, notLooked, type Check, type Finding} from './finding.ts';
import {reversePath} from './kernel-checks.ts';

const findingOf = ({code, severity, what, next}: Problem, proof: string): Finding => ({id: code, severity: severity === 'error' ? 'high' : 'medium', what, proof, fix: next});

export const settingsCheck: Check = {
	id: 'settings',
	title: 'settings of this environment and the file',
	look: ({config}) => looked(...(config.ok ? [] : config.error.map(problem => findingOf(problem, 'read as `vks run` reads them')))),
};

export const secretsCheck: Check = {
	id: 'credentials',
	title: 'secrets and the files that hold them',
	look({config, secretProblems, daemon}) {
		if (!config.ok) return notLooked('the settings are wrong');
		const refused = daemon.ok && daemon.value.state.cause === 'credentials' ? daemon.value.state : null;
		return looked(
			...secretProblems.map(problem => findingOf(problem, 'read as `vks run` reads them')),
			refused === null ? null : {id: 'credentials-refused', severity: 'high', what: `The provider or server refuses the credentials${refused.server === null ? '' : ` for ${refused.server}`}.`, proof: `blocked (credentials): ${refused.detail}`, fix: 'Put the present user, password or token into the file that VKS_OPENVPN_PASSWORD_FILE or VKS_NORDVPN_TOKEN_FILE names, and restart vks: secrets are read once.'},
		);
	},
};

export const stateFolderCheck: Check = {
	id: 'state-folder',
	title: 'the state folder',
	look({config, stateFolder, stateEnds}) {
		if (!config.ok) return notLooked('the settings are wrong');
		const {stateFolder: path} = config.value;
		return looked(stateEnds === null ? null : {
			id: 'state-volume', severity: 'low', what: 'No volume holds the state: a lockdown ends with this container, and one that is made anew does not know of it.',
			proof: stateEnds === 'root' ? `${path} is on the container's own root file system` : `${path} is a tmpfs`,
			fix: `docker run -v vks-state:${path} …, in a compose file \`volumes: [vks-state:${path}]\`.`,
		}, stateFolder === null ? null : {
			id: 'state-folder', severity: 'high', what: `The state folder ${stateFolder.path} cannot be written to: a restart forgets a lockdown and the server.`,
			proof: stateFolder.refused?.why ?? `access("${stateFolder.path}", W_OK) is refused`,
			fix: stateFolder.refused?.next ?? `Do not mount it read-only: \`-v vks-state:${stateFolder.path}\`.`,
		});
	},
};

const mostFiles = 20;

export const serversCheck: Check = {
	id: 'servers',
	title: 'the tunnel folder and its files',
	look({config, servers}) {
		if (!config.ok) return notLooked('the settings are wrong');
		if (servers === null) return looked();
		const {attach, provider, tunnelFolder, server} = config.value;
		if (attach !== null) return looked();
		if (!servers.ok) return looked(provider.name === 'folder' ? findingOf(servers.error, `looked into ${tunnelFolder}`) : null);
		const usable = servers.value.filter(({problem}) => problem === null);
		const refused = servers.value.flatMap(({id, problem}) => (problem === null ? [] : [{...findingOf(problem, `${tunnelFolder}, ${id}`), id: 'server-file', severity: usable.length === 0 && provider.name === 'folder' ? 'high' as const : 'medium' as const}]));
		const unknown = server !== null && provider.name === 'folder' && !servers.value.some(({id}) => id === server);
		return looked(
			...refused.slice(0, mostFiles),
			unknown ? {id: 'no-such-server', severity: 'high', what: `VKS_SERVER names ${server}, and no file is called so.`, proof: `${tunnelFolder} has ${usable.slice(0, 5).map(({id}) => id).join(', ') || 'no usable file'}${usable.length > 5 ? ', …' : ''}`, fix: `VKS_SERVER=${usable[0]?.id ?? 'NAME'}, or a file ${server}.conf in ${tunnelFolder}.`} : null,
		);
	},
};

export const daemonCheck: Check = {
	id: 'daemon',
	title: 'the daemon, and what it says',
	look(facts) {
		const {daemon, kernel} = facts;
		if (!daemon.ok) {
			const stands = kernel.ok && kernel.value.tables.length > 0;
			const proof = stands ? `${kernel.value.tables.map(name => `table inet ${name}`).join(' and ')} ${kernel.value.tables.length === 1 ? 'stands' : 'stand'}` : kernel.ok ? 'no table of vks stands' : 'whether tables stand could not be read';
			if (daemon.error.code !== 'no-daemon') return looked(findingOf(daemon.error, proof));
			return looked({id: 'no-daemon', severity: 'high', what: `No daemon answers${stands ? '. What a daemon left in the kernel still refuses traffic.' : kernel.ok ? ', and nothing of vks refuses traffic here.' : '; whether anything of vks refuses traffic here is not known.'}`, proof: `${daemon.error.what} ${proof}`, fix: 'vks run; in a container `docker start NAME`, and `docker logs NAME` says why it ended.'});
		}
		const {proof, problems, layers} = daemon.value;
		// One cause, one finding: what keeps answers out is a check of its own, and nobody changed anything.
		const filters = reversePath(facts).length > 0;
		const missing = layers.filter(({state}) => state === 'missing');
		const ownCheck = filters ? missing.find(({name}) => name === 'reverse-path') : undefined;
		const details = proof.detail.filter(text => ownCheck?.detail.includes(text) !== true);
		const isExplained = proof.kind === 'proven' || (proof.kind === 'drifted' && proof.detail.length > 0 && details.length === 0);
		return looked(
			isExplained ? null : {id: 'not-proven', severity: 'high', what: `The policy is ${proof.kind.replaceAll('-', ' ')}.`, proof: details.slice(0, 3).join('; ') || 'vks status', fix: 'vks events names who changed what; take NET_ADMIN from every other container of this namespace (`cap_drop: [NET_ADMIN]`).'},
			...missing.filter(layer => layer.name !== 'af-xdp' && layer !== ownCheck).map(({name, detail}): Finding => ({id: `layer-${name}`, severity: 'high', what: `The layer ${name} does not hold.`, proof: detail, fix: 'vks status names the cause; where nothing there says what to do, restart vks.'})),
			...problems.map(problem => findingOf(problem as Problem, 'vks status')),
		);
	},
};
