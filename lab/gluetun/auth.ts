/** Who is admitted to which route (middlewares/auth). Pure. */
import {createHash, timingSafeEqual} from 'node:crypto';
import {isProtected, routesOf} from './versions.ts';
import type {GluetunVersion} from './versions.ts';

/** One role of auth/config.toml, or of HTTP_CONTROL_SERVER_AUTH_DEFAULT_ROLE, which covers every route. */
export type Role =
	| {readonly auth: 'none'; readonly routes: readonly string[] | 'all'}
	| {readonly auth: 'apikey'; readonly apikey: string; readonly routes: readonly string[] | 'all'}
	| {readonly auth: 'basic'; readonly username: string; readonly password: string; readonly routes: readonly string[] | 'all'};

export interface Asked {
	readonly method: string;
	readonly path: string;
	readonly key: string | undefined;
	readonly queryKey: string | null;
	readonly authorization: string | undefined;
}

export interface Refusal {
	readonly status: 401 | 404 | 405;
	readonly text: string;
	/** A role with user and password asks for them. */
	readonly asksForPassword: boolean;
}

export function refusalOf(asked: Asked, version: GluetunVersion, roles: readonly Role[]): Refusal | null {
	if (version.auth === 'none') return null;
	const methods = routesOf(version).get(asked.path);
	if (version.auth === 'staged') {
		if (methods === undefined) return {status: 404, text: 'Not Found', asksForPassword: false};
		if (!methods.includes(asked.method)) return {status: 405, text: 'Method Not Allowed', asksForPassword: false};
	}
	const route = `${asked.method} ${asked.path}`;
	const covering = roles.filter(role => methods?.includes(asked.method) === true && (role.routes === 'all' || role.routes.includes(route)));
	const open = roles.length === 0 && version.openByDefault && methods?.includes(asked.method) === true && !isProtected(route);
	if (open || covering.some(role => isAdmitted(role, asked))) return null;
	return {status: 401, text: 'Unauthorized', asksForPassword: asked.authorization === undefined && covering.some(({auth}) => auth === 'basic')};
}

function isAdmitted(role: Role, {key, queryKey, authorization}: Asked): boolean {
	switch (role.auth) {
		case 'none':
			return true;
		case 'apikey':
			return same(key ?? queryKey ?? '', role.apikey);
		case 'basic':
			return same(authorization ?? '', `Basic ${Buffer.from(`${role.username}:${role.password}`).toString('base64')}`);
	}
}

const same = (one: string, other: string): boolean => timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest());
