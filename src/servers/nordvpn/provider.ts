/** NordVPN: recommended servers for the operator's wishes, and the NordLynx key for an access token. */
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import type {LinkAddress} from '../../kernel/kernel.ts';
import {parseIp} from '../../net/address.ts';
import {readAddresses} from '../../tunnel/conf-values.ts';
import type {Account} from '../account.ts';
import type {Wish} from '../choose.ts';
import {answerProblem, type AskApi, type Provider} from '../provider.ts';
import type {RelayList} from '../relay.ts';
import {authorizationOf, parseCredentials} from './credentials.ts';
import {findCity, findCountry, findGroup, parseCountries, parseGroups, type NordvpnCountry} from './places.ts';
import {countriesPath, credentialsPath, groupsPath, mostRecommended, recommendationsPath, type RecommendationQuery} from './query.ts';
import {parseNordvpnServers} from './server-list.ts';

const host = 'api.nordvpn.com';

/** The same for every customer: NordLynx gives each its own address behind a second NAT. */
const nordlynxAddresses = readAddresses('10.5.0.2/32');
const nordlynxResolvers = ['103.86.96.100', '103.86.99.100'].flatMap(text => parseIp(text) ?? []);

export interface NordvpnOptions {
	/** A function, so that nothing prints it by accident; null where the key is known without it. */
	readonly token: (() => string) | null;
	readonly wish: Wish;
}

export function nordvpn({token, wish}: NordvpnOptions): Provider {
	const {countries, cities, groups} = wish;
	return {
		name: 'nordvpn',
		host,
		question: JSON.stringify([countries, cities, groups]),
		answersWish: true,
		async ask(api) {
			// First: without a key no list is of use, and a refused token is what the operator has to hear.
			const account = token === null ? ok(null) : await askAccount(api, token());
			if (!account.ok) return account;
			const queries = await queriesFor(wish, api);
			if (!queries.ok) return queries;
			const lists: RelayList[] = [];
			for (const query of queries.value) {
				const list = await askList(api, query);
				if (!list.ok) return list;
				lists.push(list.value);
			}
			return ok({relays: lists.flatMap(({relays}) => relays), skipped: lists.flatMap(({skipped}) => skipped), account: account.value});
		},
	};
}

async function askAccount(api: AskApi, token: string): Promise<Result<Account, Problem>> {
	const answer = await api(credentialsPath, {authorization: authorizationOf(token)});
	if (!answer.ok) return answer;
	const read = answer.value.status === 200 ? parseCredentials(answer.value.text) : null;
	if (read?.ok !== true) return fail(answerProblem(host, answer.value, 'the account\'s key'));
	return ok(nordlynxAccount(read.value.privateKey));
}

export function nordlynxAccount(privateKey: string): Account {
	const addresses: readonly LinkAddress[] = nordlynxAddresses.ok ? nordlynxAddresses.value : [];
	return {privateKey: () => privateKey, addresses, resolvers: nordlynxResolvers};
}

async function askList(api: AskApi, query: RecommendationQuery): Promise<Result<RelayList, Problem>> {
	const answer = await api(recommendationsPath(query));
	if (!answer.ok) return answer;
	const list = answer.value.status === 200 ? parseNordvpnServers(answer.value.text) : null;
	return list?.ok === true ? list : fail(answerProblem(host, answer.value, 'its servers'));
}

/** One question for each city, else for each country, else one for all. */
async function queriesFor({countries, cities, groups}: Wish, api: AskApi): Promise<Result<readonly RecommendationQuery[], Problem>> {
	const groupId = await groupIdOf(groups, api);
	if (!groupId.ok) return groupId;
	const everywhere: RecommendationQuery = {countryId: null, cityId: null, groupId: groupId.value, limit: mostRecommended};
	if (countries.length === 0 && cities.length === 0) return ok([everywhere]);
	const answer = await api(countriesPath);
	if (!answer.ok) return answer;
	const known = answer.value.status === 200 ? parseCountries(answer.value.text) : null;
	if (known?.ok !== true) return fail(answerProblem(host, answer.value, 'its countries'));
	return placesOf({countries, cities}, known.value, everywhere);
}

function placesOf({countries, cities}: Pick<Wish, 'countries' | 'cities'>, known: readonly NordvpnCountry[], everywhere: RecommendationQuery): Result<readonly RecommendationQuery[], Problem> {
	const chosen: NordvpnCountry[] = [];
	for (const word of countries) {
		const country = findCountry(word, known);
		if (country === null) return fail(unknownWord('COUNTRY', word, known.map(({name}) => name)));
		chosen.push(country);
	}
	if (cities.length === 0) return ok(chosen.map(({id}) => ({...everywhere, countryId: id})));
	const within = chosen.length > 0 ? chosen : known;
	const queries: RecommendationQuery[] = [];
	for (const word of cities) {
		const found = findCity(word, within);
		if (found === null) return fail(unknownWord('CITY', word, within.flatMap(country => country.cities.map(({name}) => name))));
		queries.push({...everywhere, countryId: found.country.id, cityId: found.city.id});
	}
	return ok(queries);
}

async function groupIdOf([word]: readonly string[], api: AskApi): Promise<Result<number | null, Problem>> {
	if (word === undefined) return ok(null);
	const answer = await api(groupsPath);
	if (!answer.ok) return answer;
	const known = answer.value.status === 200 ? parseGroups(answer.value.text) : null;
	if (known?.ok !== true) return fail(answerProblem(host, answer.value, 'its groups'));
	const group = findGroup(word, known.value);
	return group === null ? fail(unknownWord('GROUP', word, known.value.map(({title}) => title))) : ok(group.id);
}

function unknownWord(setting: string, word: string, known: readonly string[]): Problem {
	return {
		code: 'configuration', severity: 'error', what: `${setting} names ${word}, which NordVPN does not have.`, stillBlocking: true,
		next: known.length === 0 ? 'Look it up in your account there.' : `It has ${known.slice(0, 8).join(', ')}${known.length > 8 ? ` and ${known.length - 8} more` : ''}.`,
	};
}
