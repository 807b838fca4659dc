/** A VPN provider with a list of servers to ask for, and what asking came to. */
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';
import type {Account} from './account.ts';
import type {HttpsAnswer} from './https-get.ts';
import type {RelayList} from './relay.ts';

/** Asks one path of the provider's API; the way there, its addresses and its deadline are decided by who gives this. */
export type AskApi = (path: string, headers?: Readonly<Record<string, string>>) => Promise<Result<HttpsAnswer, Problem>>;

export interface Listing extends RelayList {
	/** What has to be known besides to connect; null where the provider was not asked for it. */
	readonly account: Account | null;
}

export interface Provider {
	readonly name: 'nordvpn' | 'mullvad';
	/** Checked in the certificate. */
	readonly host: string;
	/** Names the wishes: a list kept for others is another list. */
	readonly question: string;
	/** Whether the answers are what was wished for already, or all there is. */
	readonly answersWish: boolean;
	ask(api: AskApi): Promise<Result<Listing, Problem>>;
}

/** Refused by the provider, or answered with something else: told by status, never by what the answer says. */
export function answerProblem(host: string, {status}: Pick<HttpsAnswer, 'status'>, what: string): Problem {
	if (status === 401 || status === 403) {
		return {code: 'credentials', severity: 'error', what: `${host} does not accept the access token (${status}).`, stillBlocking: true, next: 'Make a new token in your account there, set it and start vks again; it may have expired or been withdrawn.'};
	}
	if (status === 429) {
		return {code: 'no-server', severity: 'warning', what: `${host} was asked too often (429).`, stillBlocking: true, next: 'vks waits before it asks again; other programs of yours may ask it as well.'};
	}
	return {code: 'no-server', severity: 'error', what: `${host} was asked for ${what} and answered ${status === 200 ? 'something else' : `with status ${status}`}.`, stillBlocking: true, next: 'vks uses the list it has and asks again later.'};
}
