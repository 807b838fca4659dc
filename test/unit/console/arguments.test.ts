import {expect, test} from 'vitest';
import {parseArguments} from '../../../src/console/arguments.ts';

const options = (given: readonly string[], environment: Record<string, string> = {}) => {
	const parsed = parseArguments(given, environment);
	return parsed.kind === 'run' ? parsed.options : parsed;
};

test('the socket is the one named, or that of the run folder', () => {
	expect(options([])).toMatchObject({socketPath: '/run/vks/control.sock', readOnly: false, color: true, theme: 'auto'});
	expect(options([], {VKS_RUN_FOLDER: '/tmp/x'})).toMatchObject({socketPath: '/tmp/x/control.sock'});
	expect(options(['--socket', '/s'])).toMatchObject({socketPath: '/s'});
	expect(options(['--socket=/s', '--read-only', '--ascii'])).toMatchObject({socketPath: '/s', readOnly: true, asciiOnly: true});
});

test('colour goes with --no-color, NO_COLOR and a dumb terminal; an empty NO_COLOR is none', () => {
	expect(options(['--no-color'])).toMatchObject({color: false, theme: 'mono'});
	expect(options([], {NO_COLOR: '1'})).toMatchObject({color: false});
	expect(options([], {NO_COLOR: ''})).toMatchObject({color: true});
	expect(options([], {TERM: 'dumb'})).toMatchObject({color: false});
});

test('what is wrong is named', () => {
	expect(options(['--wat'])).toMatchObject({kind: 'wrong', why: expect.stringContaining('--wat')});
	expect(options(['--socket'])).toMatchObject({kind: 'wrong'});
	expect(options([], {VKS_THEME: 'pink'})).toMatchObject({kind: 'wrong', why: expect.stringContaining('high-contrast')});
	expect(options(['-h'])).toEqual({kind: 'help'});
	expect(options(['-V'])).toEqual({kind: 'version'});
});
