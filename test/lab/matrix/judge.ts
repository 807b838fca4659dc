/** Holds what the kernel did with a cell against what the evaluation says of it. Pure. */
import type {Way} from '../../../src/policy/way.ts';
import {arrives, describeCell, type Cell} from './cell.ts';

export interface Observation {
	/** Of the call that sent it; 0 when it was taken. */
	readonly errno: number;
	/** Rules of the chains on its way whose counters moved. */
	readonly counted: readonly string[];
	/** The interfaces at whose far end it was seen. */
	readonly seenOn: readonly string[];
}

export interface Mismatch {
	readonly scene: string;
	readonly cell: string;
	readonly kernel: Observation;
	readonly explain: {readonly verdict: Way['verdict']; readonly counted: readonly string[]; readonly via: string | null; readonly path: readonly string[]};
}

/** ENETUNREACH and EHOSTUNREACH, as routing answers. */
const noRoute = [101, 113];

export function judge(scene: string, cell: Cell, way: Way, seen: Observation): Mismatch | null {
	const {verdict, counted, via, path} = way;
	return agrees(cell, way, seen) ? null : {scene, cell: describeCell(cell), kernel: seen, explain: {verdict, counted, via, path}};
}

function agrees(cell: Cell, way: Way, {errno, counted, seenOn}: Observation): boolean {
	// An error that answers a refused packet goes to its sender over loopback.
	const moved = new Set(counted.filter(id => way.counted.includes(id) || !id.startsWith('loopback-')));
	if (moved.size !== way.counted.length || way.counted.some(id => !moved.has(id))) return false;
	if (arrives(cell)) return way.verdict !== 'accept' || way.via === cell.device || seenOn.includes(way.via ?? '');
	if (way.verdict === 'unreachable') return noRoute.includes(errno) && seenOn.length === 0;
	if (way.via === 'lo') return seenOn.length === 0;
	return way.verdict === 'accept' ? seenOn.length === 1 && seenOn[0] === way.via : seenOn.length === 0;
}
