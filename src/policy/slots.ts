/**
 * Two places for tunnels, so that the next one can stand beside the one that carries and be tried before anything is moved.
 * Each has an interface, and a mark and a routing table of its own by which our own questions find it. Pure.
 */
import type {InterfaceName} from '../net/interface-name.ts';
import type {Numbers} from './policy.ts';

export interface Slot {
	readonly interface: InterfaceName;
	/** On our own questions, and on what arrives by it while two tunnels stand. */
	readonly mark: number;
	readonly table: number;
}

interface Settings {
	readonly tunnelInterface: InterfaceName;
	readonly numbers: Pick<Numbers, 'probeMark' | 'probeTable'>;
}

/** The first is the one that a dial takes where nothing stands. */
export function tunnelSlots({tunnelInterface, numbers: {probeMark, probeTable}}: Settings): readonly [Slot, Slot] {
	return [
		{interface: tunnelInterface, mark: probeMark, table: probeTable},
		{interface: nameBeside(tunnelInterface), mark: probeMark + 1, table: probeTable + 1},
	];
}

export const slotNames = (settings: Settings): readonly InterfaceName[] => tunnelSlots(settings).map(slot => slot.interface);

/** The slot that is free while a tunnel stands on this interface. */
export function slotBeside(settings: Settings, standing: InterfaceName): Slot {
	const [first, second] = tunnelSlots(settings);
	return standing === first.interface ? second : first;
}

export function slotOf(settings: Settings, device: InterfaceName): Slot | null {
	return tunnelSlots(settings).find(slot => slot.interface === device) ?? null;
}

/** As long as a name may be (IFNAMSIZ), and never the same one. */
export function nameBeside(name: InterfaceName): InterfaceName {
	const stem = name.slice(0, 14);
	return (`${stem}b` === name ? `${stem}c` : `${stem}b`) as InterfaceName;
}
