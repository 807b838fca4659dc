/** What is missing and the command that mends it, for each way in which there can be nothing to show. */
import type {Snapshot} from '../../control/schema.ts';
import type {Surroundings} from '../surroundings.ts';
import type {Link, TargetView, ViewState} from '../view.ts';

export type PageLine =
	| {readonly kind: 'text'; readonly text: string}
	/** A point of a list: whether it is met, and what it is about. */
	| {readonly kind: 'point'; readonly about: string; readonly state: 'met' | 'missing' | 'unknown'; readonly text: string}
	/** Typed as it stands. */
	| {readonly kind: 'command'; readonly text: string}
	| {readonly kind: 'space'};

type Down = Extract<Link, {kind: 'down'}>;

const text = (words: string): PageLine => ({kind: 'text', text: words});
const command = (words: string): PageLine => ({kind: 'command', text: words});
const space: PageLine = {kind: 'space'};
const again = text('Trying again every two seconds; this page goes away by itself.');

export function firstRunPage({link, socketPath, surroundings, target}: Pick<ViewState, 'link' | 'socketPath' | 'surroundings' | 'target'>): readonly PageLine[] {
	switch (link.kind) {
		case 'open':
			return [text('Connected; the daemon has not sent its first reading yet.')];
		case 'connecting':
			return [text(`Connecting to ${target === null ? socketPath : `${target.name} (${target.way})`} …`)];
		case 'down':
			return target?.far === true ? farPage(link, target) : pageFor(link, surroundings);
	}
}

/** What stands on this machine says nothing about another one. */
function farPage({problem}: Down, {name, way}: TargetView): readonly PageLine[] {
	return [
		text(`${name} (${way}) cannot be read.`),
		text(problem.what),
		text('What passes there is not known here. A policy in its kernel stays in force, whoever looks at it.'),
		space,
		text(`Next: ${problem.next}`),
		space,
		text('Trying again, at last every half minute, after a refused login every minute; this page goes away by itself.'),
	];
}

function pageFor({problem}: Down, surroundings: Surroundings | null): readonly PageLine[] {
	switch (problem.code) {
		case 'no-daemon':
			return [
				text(problem.what),
				text('What passes now is not known here. A policy that an earlier daemon left in the kernel stays in force.'),
				space,
				...(surroundings === null ? [] : [tunnelPoint(surroundings), ...tunnelCommand(surroundings), rightsPoint(surroundings)]),
				...startLines(surroundings),
				space,
				again,
			];
		case 'no-permission':
			return [
				text(problem.what),
				...(surroundings === null ? [] : [text(`You are uid ${surroundings.uid}${surroundings.owner === null ? '' : `; it belongs to uid ${surroundings.owner}`}.`)]),
				space,
				text('As the user the daemon runs as, on the host:'),
				command(surroundings === null || surroundings.owner === null || surroundings.owner === 0 ? 'sudo vks-tui' : `sudo -u '#${surroundings.owner}' vks-tui`),
				text('or in its container:'),
				command(`docker exec -it -u ${surroundings?.owner ?? 0} vpn vks-tui`),
				space,
				again,
			];
		case 'bad-request':
			return [
				text(problem.what),
				space,
				text('Console and daemon are of different releases. The console beside the daemon speaks as it does:'),
				command('docker exec -it vpn vks-tui'),
				text('On a host, compare `vks-tui --version` with `vks status`, then install one release and start the daemon again.'),
				space,
				again,
			];
		default:
			return [text(problem.what), space, text(`Next: ${problem.next}`), space, again];
	}
}

function tunnelPoint({tunnels, uid}: Surroundings): PageLine {
	const about = 'servers';
	if (tunnels.found === 'missing') return {kind: 'point', about, state: 'missing', text: `${tunnels.folder} does not exist. Make it, and put .conf (WireGuard) or .ovpn (OpenVPN) files into it:`};
	if (tunnels.found === 'hidden') return {kind: 'point', about, state: 'unknown', text: `uid ${uid} may not look into ${tunnels.folder}.`};
	if (tunnels.files === 0) return {kind: 'point', about, state: 'missing', text: `There is no .conf or .ovpn file in ${tunnels.folder}. Put those of your provider there:`};
	return {kind: 'point', about, state: 'met', text: `${tunnels.files} server file${tunnels.files === 1 ? '' : 's'} in ${tunnels.folder}.`};
}

function tunnelCommand({tunnels}: Surroundings): readonly PageLine[] {
	if (tunnels.found === 'missing') return [command(`mkdir -p -m 700 ${tunnels.folder}`), command(`install -m 600 provider/*.conf ${tunnels.folder}/`)];
	return tunnels.found === 'read' && tunnels.files === 0 ? [command(`install -m 600 provider/*.conf ${tunnels.folder}/`)] : [];
}

const rightsPoint = ({uid}: Surroundings): PageLine =>
	uid === 0
		? {kind: 'point', about: 'rights', state: 'met', text: 'You are root.'}
		: {kind: 'point', about: 'rights', state: 'missing', text: `You are uid ${uid}; the daemon is started as root (sudo).`};

function startLines(surroundings: Surroundings | null): readonly PageLine[] {
	const sudo = surroundings === null || surroundings.uid === 0 ? '' : 'sudo ';
	const here: readonly PageLine[] = [
		{kind: 'point', about: 'daemon', state: 'missing', text: 'Start it in the network namespace to be guarded:'},
		command(`${sudo}vks run`),
	];
	if (surroundings?.inContainer === true) {
		return [...here, text('It is meant to be the container\'s own command. From the host, see why it is not, and start it again:'), command('docker logs vpn; docker restart vpn')];
	}
	return [
		...here,
		text('or in a container of its own:'),
		command('docker run -d --name vpn --cap-add NET_ADMIN --device /dev/net/tun --sysctl net.ipv4.conf.all.src_valid_mark=1 -v ./tunnels:/etc/vks/tunnels:ro -v vks-state:/var/lib/vks YOUR_IMAGE vks run'),
		command('docker exec -it vpn vks-tui'),
	];
}

/** With a daemon that has nothing to connect to: which folder, and what to put there. Null when that is not so. */
export function noServerSteps(snapshot: Snapshot | null): readonly string[] | null {
	if (snapshot === null || snapshot.servers.length > 0 || snapshot.state.cause !== 'no-server') return null;
	const problem = snapshot.problems.find(({code}) => code === 'no-server');
	// The daemon's own sentence names the folder; one about a provider's API names none, and no file would mend it.
	const folder = / (\/\S*[^\s.,:;])/.exec(problem?.what ?? '')?.[1];
	if (problem !== undefined && folder === undefined) return null;
	return [
		problem?.what ?? 'There is no server to connect to.',
		'Nothing passes meanwhile. Put the .conf or .ovpn files of your provider there:',
		`    install -m 600 provider/*.conf ${folder ?? 'the tunnel folder'}/`,
		'or mount a folder that holds them:',
		`    docker run -v ./tunnels:${folder ?? 'the tunnel folder'}:ro ...`,
		'vks looks there every second, and connects by itself.',
	];
}
