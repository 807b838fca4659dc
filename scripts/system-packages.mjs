/** The programs and libraries of the system that the lab, the daemon and their tests run, and the packages they come in. */
import {accessSync, constants, existsSync, readdirSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {runQuietly} from './child.mjs';
import {SetupError} from './progress.mjs';

const needs = [
	{program: 'nft', apt: 'nftables', dnf: 'nftables', apk: 'nftables'},
	{library: 'libnftables.so.1', apt: 'libnftables1', dnf: 'nftables-libs', apk: 'nftables'},
	{program: 'ip', apt: 'iproute2', dnf: 'iproute', apk: 'iproute2'},
	{program: 'wg', apt: 'wireguard-tools', dnf: 'wireguard-tools', apk: 'wireguard-tools'},
	// Where the kernel has WireGuard only its own tests need it, but a package costs less than knowing that beforehand.
	{program: 'wireguard-go', apt: 'wireguard-go', dnf: 'wireguard-go', apk: 'wireguard-go'},
	{program: 'openvpn', apt: 'openvpn', dnf: 'openvpn', apk: 'openvpn'},
	// The lab's OpenVPN servers need certificates.
	{program: 'openssl', apt: 'openssl', dnf: 'openssl', apk: 'openssl'},
	{program: 'tcpdump', apt: 'tcpdump', dnf: 'tcpdump', apk: 'tcpdump'},
	{program: 'dig', apt: 'bind9-dnsutils', dnf: 'bind-utils', apk: 'bind-tools'},
	{program: 'sysctl', apt: 'procps', dnf: 'procps-ng', apk: 'procps'},
	{program: 'nsenter', apt: 'util-linux', dnf: 'util-linux', apk: 'util-linux'},
	{program: 'unshare', apt: 'util-linux', dnf: 'util-linux', apk: 'util-linux'},
	{program: 'setpriv', apt: 'util-linux', dnf: 'util-linux', apk: 'setpriv'},
	// The benchmark measures against it.
	{program: 'iptables', apt: 'iptables', dnf: 'iptables-nft', apk: 'iptables'},
	{program: 'curl', apt: 'curl', dnf: 'curl', apk: 'curl'},
];

/** What serves once it is installed is installed in CI only: a web server, an engine that changes the machine's firewall. */
const installsServices = () => process.env.CI !== undefined;

/** Names checked by a proxy: its lab test is skipped where there is none. */
const proxyNeeds = [{program: 'nginx', apt: 'nginx'}, {file: '/usr/lib/nginx/modules/ngx_stream_module.so', apt: 'libnginx-mod-stream'}];

/** For the tests with a container engine, which make its images of Debian's own packages. */
const engineNeeds = [
	{program: 'dpkg-query', apt: 'dpkg'},
	{program: 'dockerd', apt: 'docker.io'},
	{program: 'docker-compose', apt: 'docker-compose'},
	{program: 'tini', apt: 'tini'},
	{program: 'strip', apt: 'binutils'},
	{program: 'sshd', apt: 'openssh-server'},
	{program: 'ssh', apt: 'openssh-client'},
	// The image has it.
	...proxyNeeds,
];

/** Of them the tests with an engine need those alone that change nothing by being there: the rest is skipped without. */
const firewallNeeds = [
	{program: 'ufw', apt: 'ufw'},
	{program: 'firewall-cmd', apt: 'firewalld'},
	{program: 'dbus-daemon', apt: 'dbus'},
];

/** Null where the tests with a container engine can run. */
export function lackingForEngine() {
	const missing = missingOf(engineNeeds);
	return missing.length === 0 ? null : `not here: ${missing.map(({program, file}) => program ?? file).join(', ')}; \`apt-get install ${named(missing, 'apt')}\` brings them`;
}

const libraryFolders = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/usr/local/lib'];

export function hasProgram(name, path = process.env.PATH ?? '') {
	return path.split(delimiter).some(folder => {
		try {
			accessSync(join(folder, name), constants.X_OK);
			return folder !== '';
		} catch {
			return false;
		}
	});
}

/** Debian keeps libraries one folder deeper, by architecture. */
function hasLibrary(name) {
	return libraryFolders.some(
		folder =>
			existsSync(join(folder, name)) ||
			(existsSync(folder) && readdirSync(folder).some(entry => entry.includes('-linux-') && existsSync(join(folder, entry, name)))),
	);
}

const isThere = ({program, library, file}) => (program !== undefined ? hasProgram(program) : file !== undefined ? existsSync(file) : hasLibrary(library));
const missingOf = wanted => wanted.filter(need => !isThere(need));

const named = (missing, manager) => [...new Set(missing.map(need => need[manager]))].join(' ');

/** What to do where it cannot be done here. */
export function instructions(missing, why) {
	const names = missing.map(({program, library, file}) => program ?? library ?? file).join(', ');
	return [
		`missing: ${names}. ${why}, so install them yourself and run this again:`,
		`  Debian, Ubuntu   apt-get install ${named(missing, 'apt')}`,
		`  Fedora           dnf install ${named(missing, 'dnf')}`,
		`  Alpine           apk add ${named(missing, 'apk')}`,
	].join('\n');
}

export async function setUpSystemPackages(progress, {tests = false} = {}) {
	const wanted = tests && installsServices() ? [...needs, ...engineNeeds, ...firewallNeeds] : needs;
	const missing = missingOf(wanted);
	if (missing.length === 0) return;
	if (!hasProgram('apt-get')) throw new SetupError(instructions(missing, 'There is no apt here'));
	if (process.getuid?.() !== 0) throw new SetupError(instructions(missing, 'Only root can install packages'));
	const names = named(missing, 'apt').split(' ');
	await progress.step(`system packages: ${names.join(' ')}`, () => install(names));
	const still = missingOf(wanted);
	if (still.length > 0) throw new SetupError(instructions(still, 'They are still not to be found after the installation (is /usr/sbin on the PATH?)'));
}

const finishes = 'a moment: a system package is half installed, and is finished first';

async function install(names) {
	// Another apt may be at work, in an image that installs updates when it starts.
	const options = ['-y', '-o', 'DPkg::Lock::Timeout=120', '--no-install-recommends'];
	await apt(['apt-get', 'update', '-o', 'DPkg::Lock::Timeout=120']);
	// In two steps: a download may be interrupted, an installation may not.
	await apt(['apt-get', 'install', '--download-only', ...options, ...names]);
	await apt(['dpkg', '--configure', '-a'], {finishes});
	await apt(['apt-get', 'install', ...options, ...names], {finishes});
}

/** In run level 1 no service is started by its installation (invoke-rc.d(8)). */
async function apt(argv, options = {}) {
	const {exitCode, output} = await runQuietly(argv, {...options, env: {...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1'}});
	if (exitCode !== 0) throw new SetupError(`\`${argv.join(' ')}\` failed (${exitCode}):\n${output.trim().split('\n').slice(-12).join('\n')}`);
}
