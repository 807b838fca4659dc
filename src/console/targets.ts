/** Several daemons behind one feed: one of them is looked at, and what another one answers too late is nobody's any more. */
import type {Feed, FeedEvent} from './connection.ts';

export interface Choices {
	readonly names: readonly string[];
	readonly first: string;
	readonly open: (name: string) => Feed;
}

export function chosenFeed({names, first, open}: Choices): Feed {
	let current = open(first);
	let listener: ((event: FeedEvent) => void) | null = null;
	const ofCurrent = async <T>(ask: (feed: Feed) => Promise<T>): Promise<T> => {
		const asked = current;
		const answer = await ask(asked);
		return asked === current ? answer : new Promise(() => undefined);
	};
	const hear = (): void => {
		const heard = current;
		if (listener !== null) heard.listen(event => {
			if (heard === current) listener?.(event);
		});
	};
	return {
		listen(next) {
			listener = next;
			hear();
		},
		submit: command => ofCurrent(feed => feed.submit(command)),
		explain: query => ofCurrent(feed => feed.explain(query)),
		preview: wish => ofCurrent(feed => feed.preview(wish)),
		facts: () => ofCurrent(feed => feed.facts()),
		moment: query => ofCurrent(feed => feed.moment(query)),
		choose(name) {
			if (!names.includes(name)) return;
			const left = current;
			// The new one first: what the old one says while it closes must find that nobody listens.
			current = open(name);
			left.close();
			listener?.({type: 'target', name});
			hear();
		},
		close: () => current.close(),
	};
}
