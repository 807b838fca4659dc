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
];

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

export const missingNeeds = () => needs.filter(({program, library}) => (program === undefined ? !hasLibrary(library) : !hasProgram(program)));

const named = (missing, manager) => [...new Set(missing.map(need => need[manager]))].join(' ');

/** What to do where it cannot be done here. */
export function instructions(missing, why) {
	const names = missing.map(({program, library}) => program ?? library).join(', ');
	return [
		`missing: ${names}. ${why}, so install them yourself and run this again:`,
		`  Debian, Ubuntu   apt-get install ${named(missing, 'apt')}`,
		`  Fedora           dnf install ${named(missing, 'dnf')}`,
		`  Alpine           apk add ${named(missing, 'apk')}`,
	].join('\n');
}

export async function setUpSystemPackages(progress) {
	const missing = missingNeeds();
	if (missing.length === 0) return;
	if (!hasProgram('apt-get')) throw new SetupError(instructions(missing, 'There is no apt here'));
	if (process.getuid?.() !== 0) throw new SetupError(instructions(missing, 'Only root can install packages'));
	const names = named(missing, 'apt').split(' ');
	await progress.step(`system packages: ${names.join(' ')}`, () => install(names));
	const still = missingNeeds();
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

async function apt(argv, options = {}) {
	const {exitCode, output} = await runQuietly(argv, {...options, env: {...process.env, DEBIAN_FRONTEND: 'noninteractive'}});
	if (exitCode !== 0) throw new SetupError(`\`${argv.join(' ')}\` failed (${exitCode}):\n${output.trim().split('\n').slice(-12).join('\n')}`);
}
