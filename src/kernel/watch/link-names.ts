/** Interface names by index, kept current from link events, for the drop records. */
import type {Problem} from '../../problem.ts';
import type {Result} from '../../result.ts';
import type {Message} from '../netlink/message.ts';
import {parseLink, type RawLink} from '../network/parse-links.ts';
import {RTM_DELLINK, RTM_NEWLINK} from '../network/protocol.ts';

export interface LinkNames {
	nameOf(index: number): string;
	/** Learns from a link message; others pass by. */
	take(message: Message): void;
	reload(): void;
}

export function linkNames(links: () => Result<readonly RawLink[], Problem>): LinkNames {
	const names = new Map<number, string>();
	const reload = (): void => {
		const read = links();
		if (!read.ok) return;
		names.clear();
		for (const {index, name} of read.value) names.set(index, name);
	};
	reload();
	return {
		nameOf: index => names.get(index) ?? `if${index}`,
		take({type, body}) {
			const link = type === RTM_NEWLINK || type === RTM_DELLINK ? parseLink(body) : null;
			if (link === null) return;
			if (type === RTM_NEWLINK) names.set(link.index, link.name);
			else names.delete(link.index);
		},
		reload,
	};
}
