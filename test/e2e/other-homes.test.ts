/** The built daemon in a user namespace, as a rootless engine gives it: root of its own network and of nothing else. */
import {execFile} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect, onTestFinished, test} from 'vitest';
import {nodeExecutable, repositoryFolder} from '../../lab/program.ts';
import {hangsAfterMs} from '../../lab/processes.ts';
import {statusSchema} from '../../src/control/status-schema.ts';

/** Ends with the daemon, whatever comes: the namespaces go with their last process. */
const script = `
ip link set lo up
ip link add eth0 type veth peer name peer0
ip addr add 172.30.9.2/24 dev eth0
ip link set eth0 up
ip link set peer0 up
ip route add default via 172.30.9.1
"$NODE" dist/vks.js run >"$LOG" 2>&1 &
daemon=$!
until "$NODE" dist/vks.js check --enforced >/dev/null 2>&1; do kill -0 $daemon || { cat "$LOG" >&2; exit 1; }; sleep 0.2; done
"$NODE" dist/vks.js status --json
kill $daemon
wait $daemon`;

test('in a user namespace every layer is held, the policy is proven, and what is smaller is said', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'vks-home-'));
	onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
	for (const name of ['run', 'tunnels']) mkdirSync(join(folder, name), {mode: 0o700});
	writeFileSync(join(folder, 'resolv.conf'), '');
	const environment = {
		NODE: nodeExecutable(), LOG: join(folder, 'log'), PATH: process.env['PATH'] ?? '',
		VKS_RUN_FOLDER: join(folder, 'run'), VKS_STATE_FOLDER: join(folder, 'state'), VKS_TUNNEL_FOLDER: join(folder, 'tunnels'), VKS_RESOLV_CONF: join(folder, 'resolv.conf'),
	};
	const {stdout} = await promisify(execFile)('unshare', ['--user', '--map-root-user', '--net', '--kill-child', 'sh', '-c', script], {cwd: repositoryFolder, env: environment, timeout: hangsAfterMs});
	const status = statusSchema.parse(JSON.parse(stdout));
	expect(status.proof.kind).toBe('proven');
	expect(status.layers.map(({name, state}) => `${name} ${state}`)).toEqual(['firewall held', 'routing held', 'reverse-path held', 'egress held', 'af-xdp held', 'ipv6 held', 'dns held']);
	expect(status.daemon.home.join('\n')).toMatch(/in a user namespace: root here is uid \d+ outside\nkernel buffers stay within net\.core\.rmem_max/);
});
