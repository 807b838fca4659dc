/** What people and programs write: settings, server files, the intent, command lines, what crosses the socket, keys. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {parseCommandLine} from '../../src/cli/parse.ts';
import {parseExplainQuery} from '../../src/cli/explain-query.ts';
import {commands} from '../../src/cli/commands.ts';
import {parseConfig} from '../../src/config/parse.ts';
import {renderEnvironment} from '../../src/config/render-env.ts';
import {settingList} from '../../src/config/settings.ts';
import {parseArguments} from '../../src/console/arguments.ts';
import {parseConsoleFile} from '../../src/console/settings/file.ts';
import {settle} from '../../src/console/settings/settle.ts';
import {fitText, textWidth, wrapText} from '../../src/console/text.ts';
import {explainQuerySchema} from '../../src/control/schema.ts';
import {withoutControls} from '../../src/controls.ts';
import {parseExit} from '../../src/controller/exit-check.ts';
import {parseIntent, renderIntent} from '../../src/controller/intent-text.ts';
import {parseIp} from '../../src/net/address.ts';
import {parseCidr} from '../../src/net/cidr.ts';
import {parseInterfaceName} from '../../src/net/interface-name.ts';
import {parsePort} from '../../src/net/port.ts';
import {parseConfLines} from '../../src/tunnel/conf-lines.ts';
import {placeFor} from '../../src/tunnel/conf-place.ts';
import {parseWireguardConf} from '../../src/tunnel/wireguard-conf.ts';
import {validConfig} from '../helpers/arbitrary-config.ts';
import {checkIp, checkProblem, checkSame, checkText} from './checks.ts';
import {brokenText} from './mutate.ts';
import {openvpnTargets} from './openvpn-targets.ts';
import {target, type FuzzTarget} from './target.ts';

const key = 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=';
const otherKey = 'AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=';
const conf = `# City = Stockholm\n# Country: SE\n[Interface]\nPrivateKey = ${key}\nAddress = 10.2.0.2/32, fd00:2::2/128\nDNS = 10.64.0.1, corp.example\nMTU = 1380\nPostUp = iptables -A\n\n[Peer]\nPublicKey = ${otherKey}\nPresharedKey = ${key}\nEndpoint = 198.51.100.7:51820\nAllowedIPs = 0.0.0.0/0, ::/0\nPersistentKeepalive = 25\n`;
const confWords = ['[Interface]', '[Peer]', '[ ', 'Address = ', 'Endpoint = [::1]:', 'AllowedIPs = ', '# City:', 'Jc = 3', '0.0.0.0/0', 'off'];

const examples = settingList.flatMap(({example}) => example);
const names = settingList.flatMap(({name, aliases = []}) => [name, ...aliases]);
const values = brokenText(examples, ['from', '@tunnel', '/tcp', '10.0.0.0/8', 'auto', 'yes', 'eth0']);
const environments = fc.dictionary(fc.oneof({weight: 9, arbitrary: fc.constantFrom(...names)}, {weight: 1, arbitrary: brokenText(names)}), values, {maxKeys: 5});
const yaml = settingList.flatMap(({key: name, example}) => (name === undefined ? [] : [`${name}: ${JSON.stringify(example)}`]));
const yamlFiles = brokenText([yaml.slice(0, 8).join('\n'), yaml.slice(8).join('\n'), 'network:\n  - 10.0.0.0/8\n  - fd00::/16\nipv6: block\n'], ['- ', ': ', '&a ', '*a', '!!binary ', '<<: ', '|\n', '? ', '---\n', '...']);

const intents = [renderIntent({kind: 'connected', server: 'se-sto-1'}), renderIntent({kind: 'lockdown', reason: 'test', by: 'operator', server: null})];
const names1 = fc.string({unit: 'binary', minLength: 1, maxLength: 30});
const targets = fc.oneof(
	fc.record({kind: fc.constant('connected' as const), server: names1}),
	fc.record({kind: fc.constant('lockdown' as const), reason: fc.string({unit: 'binary'}), by: names1, server: fc.option(names1)}),
);

const words = [...commands.flatMap(({name, options}) => [name, ...options.map(option => `--${option.name}`)]), '--json', '--socket', '--', '-h', '--uid=7', 'tcp', '192.0.2.1:443', '[2001:db8::1]:53'];
const commandLines = fc.array(fc.oneof({weight: 4, arbitrary: fc.constantFrom(...words)}, {weight: 2, arbitrary: brokenText(words)}), {maxLength: 6});

function checkConfig(parsed: ReturnType<typeof parseConfig>): void {
	if (parsed.ok) {
		checkSame(parseConfig({env: renderEnvironment(parsed.value), file: null}), parsed);
		return;
	}
	assert.ok(parsed.error.length > 0);
	for (const {setting, wrong, right, value} of parsed.error) {
		[setting, wrong, right].forEach(checkText);
		if (value !== null) checkText(value);
	}
}

export const textTargets: readonly FuzzTarget[] = [
	target('WireGuard files', brokenText([conf], confWords), text => {
		const parsed = parseWireguardConf({id: 'here', file: 'here.conf', text});
		if (parsed.ok) {
			const {server: _none, ...shown} = {server: null, ...parsed.value};
			assert.ok(!JSON.stringify(shown).includes(key), 'a key outside settings()');
			parsed.value.addresses.forEach(({address}) => checkIp(address));
			parsed.value.resolvers.forEach(checkIp);
			for (const range of parsed.value.allowedIps) assert.equal(parseCidr(range), range);
			return;
		}
		assert.ok(parsed.error.length > 0);
		parsed.error.forEach(checkProblem);
		assert.ok(!JSON.stringify(parsed.error).includes(key.slice(0, 40)), 'a key in a problem');
	}),
	...openvpnTargets,
	target('places in WireGuard files', fc.tuple(brokenText(['se-sto-wg-001', 'mullvad-ch1', 'UK_London', 'us1234']), brokenText(['# City = Stockholm\n# Country: SE\n'], ['city:', 'country ='])), ([id, text]) => {
		for (const word of Object.values(placeFor(id, parseConfLines(text)))) assert.ok(word === null || (typeof word === 'string' && word.length <= 40 && !/\p{Cc}/u.test(word)));
	}),
	target('settings of the environment', environments, env => checkConfig(parseConfig({env, file: null})), 0.3),
	target('settings of the file', yamlFiles, text => checkConfig(parseConfig({env: {}, file: {path: '/vks.yaml', text}})), 0.3),
	target('settings, round trip', validConfig, config => checkSame(parseConfig({env: renderEnvironment(config), file: null}), {ok: true, value: config}), 0.1),
	target('the intent', brokenText(intents, ['"want"', '"lockdown"', '"connected"', '"version":3']), text => {
		const recalled = parseIntent(text);
		if (recalled.kind === 'unreadable') assert.notEqual(recalled.why, '');
		else if (recalled.kind === 'target' && recalled.target.kind !== 'none') checkSame(parseIntent(renderIntent(recalled.target)), recalled);
	}),
	target('the intent, round trip', targets, wanted => checkSame(parseIntent(renderIntent(wanted)), {kind: 'target', target: wanted})),
	target('command lines', commandLines, argv => {
		const parsed = parseCommandLine(argv);
		if (!parsed.ok) assert.notEqual(parsed.error.why, '');
	}, 0.5),
	target('command lines of the console', fc.tuple(fc.array(fc.oneof(fc.constantFrom('--socket', '--theme', '--read-only', '--theme=mono', '--socket=', 'x'), brokenText(['--socket=/x', '--no-color'])), {maxLength: 5}), fc.dictionary(fc.constantFrom('VKS_RUN_FOLDER', 'VKS_THEME', 'NO_COLOR', 'TERM'), brokenText(['dumb', 'mono', '/run/vks']))), ([argv, env]) => {
		const parsed = parseArguments(argv);
		if (parsed.kind === 'wrong') return assert.notEqual(parsed.why, '');
		if (parsed.kind !== 'run') return;
		const settled = settle({flags: parsed.flags, environment: env, file: null});
		if (!settled.ok) assert.notEqual(settled.error, '');
	}),
	target('files of the console', brokenText(['theme: mono\nrefresh: 500\nkeys:\n  lockdown: X\n  drill: none\n  move-up: [up, k]\n', 'ascii: true\ncolor: false\nconfirmLockdown: true\n'], ['keys:', 'lockdown', '&a', '*a', 'ctrl-x', '"']), text => {
		const parsed = parseConsoleFile('/console.yaml', text);
		if (!parsed.ok) return assert.match(parsed.error, /^\/console\.yaml line \d+: ./);
		assert.ok(parsed.value.keys.some(({action, keys}) => action.id === 'lockdown' && keys.length > 0));
		assert.ok(parsed.value.keys.some(({action, keys}) => action.id === 'quit' && keys.includes('ctrl-c')));
	}, 0.3),
	target('questions of explain', fc.record({protocol: fc.constantFrom('tcp', 'UDP', 'icmp', 'icmpv6', 'x'), destination: brokenText(['192.0.2.1:443', '[2001:db8::1]:53', '::1', 'fe80::1%eth0', 'host:1']), uid: fc.option(brokenText(['1000', '4294967295']))}), typed => {
		const parsed = parseExplainQuery(typed);
		if (parsed.ok) assert.ok(explainQuerySchema.safeParse(parsed.value).success, 'the daemon would refuse the question');
		else assert.notEqual(parsed.error, '');
	}),
	target('what the exit service answers', brokenText(['{"ip":"198.51.100.77","city":"Stockholm","country":"SE"}', '{"ip":"2001:db8::1"}']), text => {
		const found = parseExit(text);
		if (found !== null) checkIp(found.address);
	}),
	target('addresses, ranges, names and ports', brokenText(['10.0.0.1', '10.0.0.0/8', 'fd00::/8', '::ffff:1.2.3.4', '1:2:3:4:5:6:7:8/128', 'eth0', '65535'], ['::', '.0', '/33', '%eth0']), text => {
		const [ip, range, name, port] = [parseIp(text), parseCidr(text), parseInterfaceName(text), parsePort(text)];
		if (ip !== null) checkIp(ip);
		if (range !== null) assert.equal(parseCidr(range), range);
		if (name !== null) assert.equal(name, text);
		if (port !== null) assert.equal(parsePort(port), port);
	}),
	target('text on the screen', fc.tuple(brokenText(['se-sto-1 – Zürich 日本語', 'a\u0300e\u0301 🇸🇪']), fc.nat(60)), ([text, width]) => {
		assert.ok(!/[\u0000-\u001F\u007F-\u009F]/.test(withoutControls(text)));
		assert.equal(textWidth(fitText(text, width)), width);
		for (const line of wrapText(text, width)) assert.ok(width < 2 || textWidth(line) <= width, `${line} is wider than ${width}`);
	}, 0.5),
];
