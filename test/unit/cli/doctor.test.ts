/** What `vks doctor` prints for a person. */
import {expect, test} from 'vitest';
import {diagnosisLines} from '../../../src/cli/doctor.ts';
import {render} from '../../../src/cli/output.ts';
import {examine} from '../../../src/doctor/examine.ts';
import {goodFacts, noDaemon} from '../doctor/facts.ts';

const shown = (change: Parameters<typeof goodFacts>[0]): readonly string[] => diagnosisLines(examine(goodFacts(change))).map(line => render(line, false));

test('what is wrong, how it is known, what mends it; then what was not looked at, each reason once', () => {
	expect(shown({daemon: noDaemon, docker: null, hostNetwork: true})).toMatchInlineSnapshot(`
		[
		  "high   no-daemon: No daemon answers. What a daemon left in the kernel still refuses traffic.",
		  "       seen  No daemon answers at /run/vks/control.sock: ENOENT. table inet vks stands",
		  "       fix   vks run; in a container \`docker start NAME\`, and \`docker logs NAME\` says why it ended.",
		  "",
		  "high   host-namespace: This is the host's own network: vks would close it for everything on this machine, and does not start.",
		  "       seen  /proc/self/ns/net is the initial namespace",
		  "       fix   Remove \`network_mode: host\` (\`--network host\`); or \`vks run --host\`, if you mean the host.",
		  "",
		  "2 found; looked at daemon, namespace, capabilities, tun, programs, kernel, iptables, sysctls, settings, credentials, servers, state-folder, dns, clock.",
		  "Not looked at: the tunnel's MTU within the uplink's. There is no tunnel.",
		  "Not looked at: whether the server answers. No daemon runs that would have asked it.",
		  "Not looked at: containers left in a dead namespace; who else of this namespace may change or send what; published ports. No socket of the container engine is mounted (\`-v /var/run/docker.sock:/var/run/docker.sock:ro\`, for this once: who may use it is root on the host).",
		]
	`);
});

test('where nothing is wrong, one line', () => {
	expect(shown({})).toHaveLength(1);
	expect(shown({})[0]).toMatch(/^Nothing found; looked at daemon, .*ports\.$/);
});
