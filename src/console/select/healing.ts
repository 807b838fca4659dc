/** What is done about a tunnel that does not carry, and who stands in for the server that is wanted. */
import type {Snapshot} from '../../control/schema.ts';
import type {Line} from '../text.ts';
import {field} from './fields.ts';

export function healingLines({healing: {detail, target, standIn}}: Pick<Snapshot, 'healing'>, width: number): readonly Line[] {
	return [
		...(detail === '' ? [] : field('healing', detail, width)),
		...(standIn === null ? [] : field('target', `${target ?? 'none'}; ${standIn} stands in until it is lost, or you reconnect`, width)),
	];
}
