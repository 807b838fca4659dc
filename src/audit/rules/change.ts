/** Commands that mend something, and those that take them back. Pure. */
import type {Command} from '../finding.ts';

export interface Change {
	readonly commands: readonly Command[];
	readonly undo: readonly Command[];
}

export const nothing: Change = {commands: [], undo: []};

/** `-I CHAIN 1 …` is taken back by `-D CHAIN …`. */
const undone = ([program = '', , chain = '', , ...rest]: Command): Command => [program, '-D', chain, ...rest];

export const inserted = (commands: readonly Command[]): Change => ({commands, undo: commands.map(undone)});

/** As one would type it: what a shell would take apart is in quotes. */
const typed = (command: Command): string => command.map(word => (/[;{}"$ ]/.test(word) ? `'${word}'` : word)).join(' ');
export const textOf = ({commands}: Change): string => commands.map(typed).join('; ');
