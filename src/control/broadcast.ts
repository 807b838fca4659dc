/** Messages for whoever follows a topic. Encoded at most once, however many clients there are, and only if one takes it. */
import type {ControllerEvent, ControllerPort} from '../controller/port.ts';
import type {Reply, Topic} from './schema.ts';

export interface Broadcast {
	readonly topic: Topic;
	readonly line: () => string;
}

type DeepReadonly<T> = T extends readonly (infer Item)[] ? readonly DeepReadonly<Item>[] : T extends object ? {readonly [Key in keyof T]: DeepReadonly<T[Key]>} : T;

export const encode = (message: DeepReadonly<Reply>): string => `${JSON.stringify(message)}\n`;

export function broadcastOf(event: ControllerEvent): Broadcast {
	let line: string | null = null;
	return {topic: event.type, line: () => (line ??= encode(event))};
}

/** What a new follower of these topics is told at once. */
export function broadcastsOf(controller: ControllerPort, topics: readonly Topic[]): readonly Broadcast[] {
	return topics.map(topic => {
		switch (topic) {
			case 'snapshot':
				return broadcastOf({type: 'snapshot', snapshot: controller.snapshot()});
			case 'drops':
				return broadcastOf({type: 'drops', records: controller.recentDrops(), lost: 0});
			case 'journal':
				return broadcastOf({type: 'journal', entries: controller.recentJournal()});
		}
	});
}
