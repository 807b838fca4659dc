/** Themes by numbers: whether what is drawn can be read, and told apart by those who see fewer colours. */
import {describe, expect, test} from 'vitest';
import {themeFor, themeNames, type Style, type Tone} from '../../../src/console/theme.ts';

type Rgb = readonly [number, number, number];
const black: Rgb = [0, 0, 0];
const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white', 'gray', 'redBright', 'greenBright', 'yellowBright', 'blueBright', 'magentaBright', 'cyanBright', 'whiteBright'] as const;
const paletteOf = (...colours: readonly Rgb[]): Readonly<Record<string, Rgb>> => Object.fromEntries(names.map((name, index) => [name, colours[index] ?? black]));
/** The defaults of xterm, and of the Linux console (those of VGA). */
const palettes = {
	xterm: paletteOf([0, 0, 0], [205, 0, 0], [0, 205, 0], [205, 205, 0], [0, 0, 238], [205, 0, 205], [0, 205, 205], [229, 229, 229], [127, 127, 127], [255, 0, 0], [0, 255, 0], [255, 255, 0], [92, 92, 255], [255, 0, 255], [0, 255, 255], [255, 255, 255]),
	vga: paletteOf([0, 0, 0], [170, 0, 0], [0, 170, 0], [170, 85, 0], [0, 0, 170], [170, 0, 170], [0, 170, 170], [170, 170, 170], [85, 85, 85], [255, 85, 85], [85, 255, 85], [255, 255, 85], [85, 85, 255], [255, 85, 255], [85, 255, 255], [255, 255, 255]),
} as const;

/** WCAG 2.2, relative luminance and contrast ratio. */
const linear = (value: number): number => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
const luminance = ([red, green, blue]: Rgb): number => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
const contrast = (a: Rgb, b: Rgb): number => (Math.max(luminance(a), luminance(b)) + 0.05) / (Math.min(luminance(a), luminance(b)) + 0.05);

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear values. */
const blindness: Readonly<Record<string, readonly [Rgb, Rgb, Rgb]>> = {
	protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
	deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
	tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};
const seenBy = (kind: string, colour: Rgb): Rgb => {
	const [red, green, blue] = colour.map(linear);
	const seen = (blindness[kind] ?? []).map(([r, g, b]) => Math.min(1, Math.max(0, r * (red ?? 0) + g * (green ?? 0) + b * (blue ?? 0))));
	return [seen[0] ?? 0, seen[1] ?? 0, seen[2] ?? 0];
};
const distance = (a: Rgb, b: Rgb): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

const coloursOf = (style: Style): readonly string[] => [style.color, style.backgroundColor].filter(colour => colour !== undefined);
const tonesOf = (name: (typeof themeNames)[number]): ReadonlyArray<readonly [Tone, Style]> => Object.entries(themeFor({name}).tones) as ReadonlyArray<readonly [Tone, Style]>;

test.each(themeNames)('%s uses the sixteen named colours only', name => {
	for (const [, style] of tonesOf(name)) for (const colour of coloursOf(style)) expect(names).toContain(colour);
});

test('mono uses none', () => {
	expect(tonesOf('mono').flatMap(([, style]) => coloursOf(style))).toEqual([]);
});

describe.each(Object.entries(palettes))('with the colours of %s', (_, palette) => {
	const pairs = (name: (typeof themeNames)[number]) => tonesOf(name).flatMap(([tone, {color, backgroundColor}]) => (color === undefined || backgroundColor === undefined ? [] : [{tone, ratio: contrast(palette[color] ?? black, palette[backgroundColor] ?? black)}]));

	test.each(themeNames)('%s: whatever brings its own background can be read on it', name => {
		for (const {tone, ratio} of pairs(name)) expect(ratio, tone).toBeGreaterThanOrEqual(4.5);
	});

	test('high-contrast: every colour brings its background, at seven to one, red at five and a half', () => {
		for (const [tone, {color, backgroundColor}] of tonesOf('high-contrast')) expect(color === undefined, tone).toBe(backgroundColor === undefined);
		for (const {tone, ratio} of pairs('high-contrast')) expect(ratio, tone).toBeGreaterThanOrEqual(tone === 'bad' || tone === 'alarm' ? 5.5 : 7);
	});

	test.each(Object.keys(blindness))('color-blind: with %s good and warn differ by colour, and bad is a block', kind => {
		const {good, warn, bad} = themeFor({name: 'color-blind'}).tones;
		const [a, b] = [palette[good.color ?? ''] ?? black, palette[warn.color ?? ''] ?? black] as const;
		expect(distance(seenBy(kind, a), seenBy(kind, b))).toBeGreaterThan(0.35);
		expect(bad.inverse).toBe(true);
		expect([good.inverse, warn.inverse]).toEqual([undefined, undefined]);
	});
});

test('the measure tells: red and green come near each other for who cannot tell them', () => {
	const {red = black, green = black, blueBright = black} = palettes.vga;
	expect(distance(seenBy('deuteranopia', red), seenBy('deuteranopia', green))).toBeLessThan(0.35);
	expect(distance(seenBy('deuteranopia', blueBright), seenBy('deuteranopia', green))).toBeGreaterThan(0.35);
});

test.each([[false], [true]])('no two words of state share a sign, nor two of proof (ASCII only: %s)', asciiOnly => {
	const {symbols} = themeFor({asciiOnly});
	for (const group of [['connected', 'connecting', 'degraded', 'switching', 'blocked', 'lockdown'], ['proven', 'drifted', 'failed', 'unknown']] as const) {
		expect(new Set(group.map(name => symbols[name])).size).toBe(group.length);
	}
});
