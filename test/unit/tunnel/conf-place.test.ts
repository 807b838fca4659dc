import {expect, test} from 'vitest';
import {conf, parsed} from './conf-helper.ts';

test.each([
	['se-sto-wg-001', 'SE'],
	['ch-zrh-1', 'CH'],
	['us1234', 'US'],
	['uk-lon-ovpn-1', 'GB'],
	['wg-CH-12', 'CH'],
	['CH-US-1', 'CH'],
	['mullvad-se1', 'SE'],
	['my-vpn', null],
	['home', null],
	['wg0', null],
	['wg-1', null],
	['xx-abc', null],
	['office-2', null],
])('the name %s says country %s', (id, country) => {
	expect(parsed(conf(), id)).toMatchObject({city: null, country});
});

test('comments in the file win over its name', () => {
	expect(parsed(conf({top: ['# City = Stockholm', '#country: Sweden']}), 'ch-zrh-1')).toMatchObject({city: 'Stockholm', country: 'Sweden'});
});

test('a comment cannot send control characters to a terminal', () => {
	expect(parsed(conf({top: ['# City = Oslo\u001B]0;x\u0007']})).city).toBe('Oslo]0;x');
});

test.each([
	['# Load = 23', 23],
	['# load: 7 %', 7],
	['#Load=100%', 100],
	['# Load = 101', null],
	['# Load = high', null],
	['# Load = -3', null],
	['# Loads = 3', null],
])('the comment %j says load %s', (comment, load) => {
	expect(parsed(conf({top: [comment]})).load).toBe(load);
});
