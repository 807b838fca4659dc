/** What Gluetun can be asked to connect to: a country, a city or a host name, and what that makes of its settings. Pure. */

export interface GluetunChoice {
	readonly by: 'country' | 'city' | 'hostname';
	readonly value: string;
}

/** A choice under the name by which vks calls it, as it calls its own servers. */
export interface GluetunOffer {
	readonly id: string;
	readonly choice: GluetunChoice;
}

const forms = ['country', 'city', 'hostname'] as const;

/** `Sweden`, `country:Sweden`, `city:Stockholm`, `hostname:se-sto-wg-001`; null for anything else. */
export function parseChoice(text: string): GluetunChoice | null {
	const [, by = 'country', value = ''] = /^(?:(country|city|hostname):)?([^:=/]+)$/.exec(text) ?? [];
	const form = forms.find(candidate => candidate === by);
	const trimmed = value.trim();
	if (form === undefined || trimmed === '' || trimmed.length > 90 || /\p{C}/u.test(trimmed)) return null;
	return {by: form, value: trimmed};
}

/** A choice, or `zurich=city:Zurich`; without a name the choice is its own. */
export function parseOffer(text: string): GluetunOffer | null {
	const [, name = null, rest = ''] = /^(?:([A-Za-z0-9][A-Za-z0-9._-]{0,49})\s*=\s*)?(.+)$/.exec(text) ?? [];
	const choice = parseChoice(rest);
	return choice === null ? null : {id: name ?? choiceId(choice), choice};
}

export const choiceId = ({by, value}: GluetunChoice): string => (by === 'country' ? value : `${by}:${value}`);

export const offerText = ({id, choice}: GluetunOffer): string => (id === choiceId(choice) ? id : `${id}=${choiceId(choice)}`);

/** What of Gluetun's selection a choice decides; what else narrows it there (`owned_only`, `isps`) stays as it is. */
export interface Selection {
	readonly countries: readonly string[];
	readonly regions: readonly string[];
	readonly cities: readonly string[];
	readonly hostnames: readonly string[];
	readonly names: readonly string[];
}

/** What is to be selected, and how the operator would call it. */
export interface Wanted {
	readonly name: string;
	readonly selection: Selection;
}

const nothing: Selection = {countries: [], regions: [], cities: [], hostnames: [], names: []};

export function selectionFor({by, value}: GluetunChoice): Selection {
	switch (by) {
		case 'country':
			return {...nothing, countries: [value]};
		case 'city':
			return {...nothing, cities: [value]};
		case 'hostname':
			return {...nothing, hostnames: [value]};
	}
}

/** Names of places are compared as Gluetun does, without regard to case. */
const same = (one: readonly string[], other: readonly string[]): boolean => one.length === other.length && one.every((value, index) => value.toLowerCase() === other[index]?.toLowerCase());

/** Whether exactly this is selected, and nothing beside it. */
export const isSelected = (wanted: Selection, selected: Selection): boolean =>
	same(wanted.countries, selected.countries) && same(wanted.regions, selected.regions) && same(wanted.cities, selected.cities) && same(wanted.hostnames, selected.hostnames) && same(wanted.names, selected.names);
