import {expect, test} from 'vitest';
import {parseForwardedPorts, parsePublicIp, parseSettings, parseSettingsOutcome, parseStatus, parseStatusOutcome, parseVersion, switchBody} from '../../../../src/tunnel/gluetun/answers.ts';

test('statuses, and nothing for any other text', () => {
	expect(['{"status":"running"}\n', '{"status":"crashed"}', '{"status":"dancing"}', 'Unauthorized\n', ''].map(parseStatus)).toEqual(['running', 'crashed', null, null, null]);
	expect(parseVersion('{"version":"v3.41.0","commit":"abc","created":"now"}\n')).toBe('v3.41.0');
});

test('an order for a status tells reached from already, crashed included', () => {
	expect(parseStatusOutcome('{"outcome":"running"}\n')).toEqual({kind: 'reached', status: 'running'});
	expect(parseStatusOutcome('{"outcome":"already crashed"}\n')).toEqual({kind: 'already', status: 'crashed'});
	expect(parseStatusOutcome('invalid status: x\n')).toBeNull();
});

test('the exit is nobody\'s while the tunnel is down', () => {
	expect(parsePublicIp('{"public_ip":"203.0.113.9","city":"Zurich","country":"Switzerland"}\n')).toEqual({address: '203.0.113.9', city: 'Zurich', country: 'Switzerland'});
	expect(parsePublicIp('{"public_ip":""}\n')).toEqual({address: null, city: null, country: null});
});

test.each([
	['{"port":51234}\n', [51_234]],
	['{"ports":[5,6]}\n', [5, 6]],
	['{"port":5,"ports":[5,6]}\n', [5, 6]],
	['{"port":0,"ports":null}\n', []],
	['{"port":0,"ports":[]}\n', []],
	['Not Found\n', null],
])('forwarded ports of every version: %s', (text, ports) => {
	expect(parseForwardedPorts(text)).toEqual(ports);
});

test('of the settings only what chooses the server is kept', () => {
	const text = JSON.stringify({type: 'wireguard', wireguard: {private_key: 'CANARY'}, openvpn: {password: 'CANARY'}, provider: {name: 'mullvad', server_selection: {countries: ['Sweden'], cities: null}}});
	expect(parseSettings(text)).toEqual({type: 'wireguard', provider: 'mullvad', countries: ['Sweden'], regions: [], cities: [], hostnames: [], names: []});
	expect(JSON.stringify(parseSettings(text))).not.toContain('CANARY');
});

test('a switch clears what was chosen before', () => {
	expect(JSON.parse(switchBody({countries: ['Sweden'], regions: [], cities: [], hostnames: [], names: []}))).toEqual({provider: {server_selection: {countries: ['Sweden'], regions: [], cities: [], hostnames: [], names: []}}});
	expect(parseSettingsOutcome('settings left unchanged\n')).toEqual({kind: 'unchanged'});
	expect(parseSettingsOutcome('running\n')).toEqual({kind: 'restarted', status: 'running'});
});

test('a state that vks does not know is none of its own words', () => {
	expect(parseStatusOutcome('{"outcome":"<b>evil</b>"}')).toEqual({kind: 'reached', status: 'unknown'});
	expect(parseStatusOutcome('{"outcome":"already evil"}')).toEqual({kind: 'already', status: 'unknown'});
	expect(parseSettingsOutcome('evil words\n')).toEqual({kind: 'restarted', status: 'unknown'});
	expect(parseVersion('{"version":"v3; evil words"}')).toBeNull();
});
