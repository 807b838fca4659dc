/** Mullvad: a public list; key and addresses are those of the device that the operator made in the account there. */
import {fail, ok} from '../../result.ts';
import type {Account} from '../account.ts';
import {answerProblem, type Provider} from '../provider.ts';
import {parseMullvadRelays} from './relay-list.ts';

const host = 'api.mullvad.net';

export function mullvad(account: Account): Provider {
	return {
		name: 'mullvad',
		host,
		question: 'relays',
		answersWish: false,
		async ask(api) {
			const answer = await api('/app/v1/relays');
			if (!answer.ok) return answer;
			const list = answer.value.status === 200 ? parseMullvadRelays(answer.value.text) : null;
			return list?.ok === true ? ok({...list.value, account}) : fail(answerProblem(host, answer.value, 'its relays'));
		},
	};
}
