/** Where everything goes: a pure function of the window, total for every size. */
import {panelIds, type PanelId} from './view.ts';

export interface Rect {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/** `box` has a border on all sides, `rule` a title line above full-width rows, `summary` is the title line alone. */
export interface PanelBox extends Rect {
	readonly panel: PanelId;
	readonly form: 'box' | 'rule' | 'summary';
}

export type Layout =
	/** One or two rows: only the word that matters most. */
	| {readonly kind: 'word'; readonly columns: number; readonly rows: number}
	/** Too small for panels: a live block of text. */
	| {readonly kind: 'tiny'; readonly columns: number; readonly rows: number}
	| {
		readonly kind: 'panels';
		readonly size: 'rich' | 'stack' | 'single';
		readonly columns: number;
		readonly rows: number;
		readonly header: Rect;
		readonly banners: Rect;
		readonly body: Rect;
		readonly panels: readonly PanelBox[];
		readonly footer: Rect;
	};

export interface LayoutInput {
	readonly columns: number;
	readonly rows: number;
	readonly focus: PanelId;
	readonly zoom: boolean;
	/** Full-width lines that must be seen, below the header. */
	readonly banners: number;
}

export const smallest = {columns: 60, rows: 12} as const;
const headerRows = 2;
const footerRows = 1;

/** A racing `docker exec` reports 0×0 for the first moment: unknown, not zero. */
export function knownSize(columns: number | undefined, rows: number | undefined): {readonly columns: number; readonly rows: number} {
	const known = (value: number | undefined, fallback: number): number => (value !== undefined && Number.isFinite(value) && value >= 1 ? Math.floor(value) : fallback);
	return {columns: known(columns, 80), rows: known(rows, 24)};
}

export function layoutFor(input: LayoutInput): Layout {
	const {columns, rows} = knownSize(input.columns, input.rows);
	if (rows <= 2) return {kind: 'word', columns, rows};
	if (columns < smallest.columns || rows < smallest.rows) return {kind: 'tiny', columns, rows};
	const banners = Math.min(input.banners, rows >= 20 ? 3 : 1);
	const bodyY = headerRows + banners;
	const body = {x: 0, y: bodyY, width: columns, height: rows - bodyY - footerRows};
	const size = columns >= 100 && rows >= 30 ? 'rich' : columns >= 80 && rows >= 20 ? 'stack' : 'single';
	return {
		kind: 'panels', size, columns, rows, body,
		header: {x: 0, y: 0, width: columns, height: headerRows},
		banners: {x: 0, y: headerRows, width: columns, height: banners},
		panels: panelsFor({size, body, focus: input.focus, zoom: input.zoom}),
		footer: {x: 0, y: rows - footerRows, width: columns, height: footerRows},
	};
}

function panelsFor({size, body, focus, zoom}: {readonly size: 'rich' | 'stack' | 'single'; readonly body: Rect; readonly focus: PanelId; readonly zoom: boolean}): readonly PanelBox[] {
	if (size === 'single') return [{...body, panel: focus, form: 'rule'}];
	if (zoom) return [{...body, panel: focus, form: size === 'rich' ? 'box' : 'rule'}];
	return size === 'rich' ? rich(body) : stack(body, focus);
}

function rich(body: Rect): readonly PanelBox[] {
	const leftWidth = Math.min(60, Math.max(42, Math.round(body.width * 0.34)));
	const rightWidth = body.width - leftWidth;
	const journalHeight = Math.max(5, Math.round(body.height * 0.19));
	const upper = body.height - journalHeight;
	// The servers keep six rows: more than most people have, and the zoom shows the rest.
	const tunnelHeight = Math.min(24, upper - 9);
	const rulesetHeight = Math.round(upper * 0.56);
	const box = (panel: PanelId, rect: Rect): PanelBox => ({panel, form: 'box', ...rect});
	return [
		box('tunnel', {x: 0, y: body.y, width: leftWidth, height: tunnelHeight}),
		box('ruleset', {x: leftWidth, y: body.y, width: rightWidth, height: rulesetHeight}),
		box('servers', {x: 0, y: body.y + tunnelHeight, width: leftWidth, height: upper - tunnelHeight}),
		box('drops', {x: leftWidth, y: body.y + rulesetHeight, width: rightWidth, height: upper - rulesetHeight}),
		box('journal', {x: 0, y: body.y + upper, width: body.width, height: journalHeight}),
	];
}

/** Short panels do not take rows they cannot fill; the one named here gets what is left. */
const companions: Partial<Record<PanelId, {readonly rows: number; readonly companion: PanelId}>> = {
	tunnel: {rows: 14, companion: 'drops'},
	servers: {rows: 10, companion: 'journal'},
};

/** All five in order, the focused one open; the others one line, or a few when the window is tall. */
function stack(body: Rect, focus: PanelId): readonly PanelBox[] {
	const aside = body.height >= 30 ? Math.floor(body.height / 7) : 1;
	const spare = body.height - aside * (panelIds.length - 1);
	const pair = companions[focus];
	const focused = pair === undefined ? spare : Math.min(spare, pair.rows);
	let y = body.y;
	return panelIds.map(panel => {
		const height = panel === focus ? focused : panel === pair?.companion ? aside + spare - focused : aside;
		const box: PanelBox = {panel, form: height > 1 ? 'rule' : 'summary', x: 0, y, width: body.width, height};
		y += height;
		return box;
	});
}

/** Rows a panel has for its content. */
export function contentRows(box: PanelBox): number {
	return box.form === 'box' ? Math.max(0, box.height - 2) : box.height - 1;
}

export function contentColumns(box: PanelBox): number {
	return box.form === 'box' ? Math.max(0, box.width - 4) : Math.max(0, box.width - 2);
}
