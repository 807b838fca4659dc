/** The paths of NordVPN's API that are asked. Pure. The API bans heavy callers: every list has a limit. */

export interface RecommendationQuery {
	readonly countryId: number | null;
	readonly cityId: number | null;
	readonly groupId: number | null;
	readonly limit: number;
}

/** `wireguard_udp` in filters. */
const wireguardTechnology = 35;
/** More than an operator looks through, and about 100 kB. */
export const mostRecommended = 50;

export function recommendationsPath({countryId, cityId, groupId, limit}: RecommendationQuery): string {
	const parameters: ReadonlyArray<readonly [string, number | null]> = [
		['limit', Math.max(1, Math.min(mostRecommended, limit))],
		['filters[servers_technologies][id]', wireguardTechnology],
		['filters[country_id]', countryId],
		['filters[country_city_id]', cityId],
		['filters[servers_groups][id]', groupId],
	];
	return `/v1/servers/recommendations?${parameters.flatMap(([name, value]) => (value === null ? [] : [`${encodeURIComponent(name)}=${value}`])).join('&')}`;
}

export const countriesPath = '/v1/servers/countries';
export const groupsPath = '/v1/servers/groups';
export const credentialsPath = '/v1/users/services/credentials';
