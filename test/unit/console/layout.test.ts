import fc from 'fast-check';
import {expect, test} from 'vitest';
import {knownSize, layoutFor, type Layout, type Rect} from '../../../src/console/layout.ts';
import {panelIds, type PanelId} from '../../../src/console/view.ts';

const layout = (columns: number, rows: number, focus: PanelId = 'tunnel', zoom = false, banners = 0): Layout => layoutFor({columns, rows, focus, zoom, banners});

function rectsOf(layout: Layout): readonly Rect[] {
	return layout.kind === 'panels' ? [layout.header, layout.banners, ...layout.panels, layout.footer].filter(rect => rect.height > 0) : [];
}

/** One letter a box, one character for four columns and two rows. */
function picture(of: Layout): string {
	if (of.kind !== 'panels') return of.kind;
	const letterAt = (x: number, y: number): string => {
		const inside = (rect: Rect): boolean => x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height;
		if (inside(of.header)) return 'h';
		if (inside(of.banners)) return 'b';
		if (inside(of.footer)) return 'f';
		const box = of.panels.find(inside);
		return box === undefined ? ' ' : box.form === 'summary' ? '-' : String(panelIds.indexOf(box.panel) + 1);
	};
	return Array.from({length: of.rows}, (_, y) => Array.from({length: Math.ceil(of.columns / 4)}, (_, x) => letterAt(x * 4, y)).join('')).join('\n');
}

test('80×24: the focused panel open, the others a line, drops below the tunnel', () => {
	expect(picture(layout(80, 24)).split('\n').map(row => row.slice(0, 1)).join('')).toBe('hh11111111111111--4444-f');
	expect(picture(layout(80, 24, 'drops')).split('\n').map(row => row.slice(0, 1)).join('')).toBe('hh---44444444444444444-f');
});

test('120×40: five panels side by side', () => {
	const rows = picture(layout(120, 40)).split('\n');
	expect(rows[0]).toBe('h'.repeat(30));
	expect(rows[2]).toBe('11111111111' + '2'.repeat(19));
	expect(rows[24]).toBe('33333333333' + '4'.repeat(19));
	expect(rows[37]).toBe('5'.repeat(30));
	expect(rows[39]).toBe('f'.repeat(30));
});

test('60×20: one panel at a time', () => {
	expect(picture(layout(60, 20, 'servers')).split('\n').map(row => row.slice(0, 1)).join('')).toBe('hh' + '3'.repeat(17) + 'f');
});

test('zoom gives the focused panel the whole body', () => {
	const zoomed = layout(120, 40, 'ruleset', true);
	expect(zoomed.kind === 'panels' && zoomed.panels.map(box => box.panel)).toEqual(['ruleset']);
});

test('banners take rows from the panels, not from header or footer', () => {
	expect(picture(layout(80, 24, 'drops', false, 2)).split('\n').map(row => row.slice(0, 1)).join('')).toBe('hhbb---444444444444444-f');
});

test('too small is a block of text, one or two rows are a word, and 0×0 is not known yet', () => {
	expect(layout(59, 24).kind).toBe('tiny');
	expect(layout(80, 11).kind).toBe('tiny');
	expect(layout(80, 2).kind).toBe('word');
	expect(layout(0, 0)).toEqual(layout(80, 24));
	expect(knownSize(undefined, Number.NaN)).toEqual({columns: 80, rows: 24});
});

test('at any size nothing throws, every box is on the screen, and none overlap', () => {
	fc.assert(fc.property(
		fc.integer({min: 0, max: 300}), fc.integer({min: 0, max: 100}), fc.constantFrom(...panelIds), fc.boolean(), fc.integer({min: 0, max: 5}),
		(columns, rows, focus, zoom, banners) => {
			const result = layout(columns, rows, focus, zoom, banners);
			const rects = rectsOf(result);
			for (const rect of rects) {
				expect(rect.x).toBeGreaterThanOrEqual(0);
				expect(rect.y).toBeGreaterThanOrEqual(0);
				expect(rect.width).toBeGreaterThan(0);
				expect(rect.x + rect.width).toBeLessThanOrEqual(result.columns);
				expect(rect.y + rect.height).toBeLessThanOrEqual(result.rows);
			}
			for (const [index, a] of rects.entries()) {
				for (const b of rects.slice(index + 1)) {
					const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
					expect(apart).toBe(true);
				}
			}
			if (result.kind !== 'panels') return;
			expect(result.panels.some(box => box.panel === focus && box.height > 1)).toBe(true);
			// No row is lost: what the boxes cover is the whole screen.
			expect(rects.reduce((sum, rect) => sum + rect.width * rect.height, 0)).toBe(result.columns * result.rows);
		},
	), {numRuns: 2000});
});
