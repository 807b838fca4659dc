/** NordVPN's countries, cities and groups, and what an operator's word for one of them means. Pure. */
import {z} from 'zod';
import {fail, ok, type Result} from '../../result.ts';
import {countryCodeSchema, jsonOf, nameSchema} from '../relay.ts';
import {sameName} from '../same-name.ts';

const id = z.number().int().nonnegative();
const citySchema = z.object({id, name: nameSchema, dns_name: z.string().max(60).optional()});
const countrySchema = z.object({id, name: nameSchema, code: countryCodeSchema, cities: z.array(citySchema).default([])});
const groupSchema = z.object({id, title: nameSchema, identifier: z.string().max(60)});

export type NordvpnCountry = z.infer<typeof countrySchema>;
export type NordvpnCity = z.infer<typeof citySchema>;
export type NordvpnGroup = z.infer<typeof groupSchema>;

export const parseCountries = (text: string): Result<readonly NordvpnCountry[], string> => readList(text, countrySchema, 'countries');
export const parseGroups = (text: string): Result<readonly NordvpnGroup[], string> => readList(text, groupSchema, 'groups');

function readList<T>(text: string, schema: z.ZodType<T>, what: string): Result<readonly T[], string> {
	const list = z.array(z.unknown()).safeParse(jsonOf(text));
	if (!list.success) return fail(`it is not NordVPN's list of ${what}`);
	return ok(list.data.flatMap(entry => {
		const read = schema.safeParse(entry);
		return read.success ? [read.data] : [];
	}));
}

/** `Sweden`, `se`, `208`. */
export function findCountry(word: string, countries: readonly NordvpnCountry[]): NordvpnCountry | null {
	return countries.find(country => meets(word, [String(country.id), country.code, country.name])) ?? null;
}

/** `Stockholm`, `new-york`, `8971262`; in those countries where some are named. */
export function findCity(word: string, countries: readonly NordvpnCountry[]): {readonly country: NordvpnCountry; readonly city: NordvpnCity} | null {
	for (const country of countries) {
		const city = country.cities.find(each => meets(word, [String(each.id), each.name, each.dns_name ?? each.name]));
		if (city !== undefined) return {country, city};
	}
	return null;
}

/** `P2P`, `legacy_p2p`, `Standard VPN servers`, `15`. */
export function findGroup(word: string, groups: readonly NordvpnGroup[]): NordvpnGroup | null {
	return groups.find(group => meets(word, [String(group.id), group.title, group.identifier, group.identifier.replace(/^legacy_/, '')])) ?? null;
}

const meets = (word: string, names: readonly string[]): boolean => names.some(name => sameName(name, word));
