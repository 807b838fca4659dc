/** What NordVPN's API gives for an access token. Never logged, shown or written to a cache. Pure. */
import {z} from 'zod';
import {fail, ok, type Result} from '../../result.ts';
import {readKey} from '../../tunnel/conf-values.ts';
import {jsonOf} from '../relay.ts';

export interface NordvpnCredentials {
	readonly privateKey: string;
}

const credentialsSchema = z.object({nordlynx_private_key: z.string().refine(text => readKey(text).ok)});

/** `GET /v1/users/services/credentials`. The reason never repeats the answer. */
export function parseCredentials(text: string): Result<NordvpnCredentials, string> {
	const read = credentialsSchema.safeParse(jsonOf(text));
	return read.success ? ok({privateKey: read.data.nordlynx_private_key}) : fail('the answer holds no NordLynx key');
}

/** An access token is 64 hexadecimal digits; HTTP Basic with the user name `token`. */
export const isAccessToken = (text: string): boolean => /^[0-9a-f]{64}$/i.test(text);

export const authorizationOf = (token: string): string => `Basic ${Buffer.from(`token:${token}`).toString('base64')}`;
