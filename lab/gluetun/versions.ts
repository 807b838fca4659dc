/** How Gluetun's control server differs from version to version, read from its tags (internal/server, middlewares/auth). Pure. */

export interface GluetunVersion {
	readonly name: string;
	/**
	 * `none`: no log-in at all. `flat`: whatever no role admits is 401, routes that it does not have included. `staged`: 404 and
	 * 405 before that.
	 */
	readonly auth: 'none' | 'flat' | 'staged';
	/** Whether a built-in role admits everybody to most routes while no other role is configured. */
	readonly openByDefault: boolean;
	/** Before v3.37 there was nothing but OpenVPN's routes, and what it does not have was 404. */
	readonly vpnRoutes: boolean;
	/** `/v1/portforward`, to which the old route leads. */
	readonly portForwardRoute: boolean;
	/** Only there, setting the port is more than an admitted route. */
	readonly setsPorts: boolean;
}

export const gluetunVersions = [
	{name: 'v3.20.0', auth: 'none', openByDefault: true, vpnRoutes: false, portForwardRoute: false, setsPorts: false},
	{name: 'v3.37.0', auth: 'none', openByDefault: true, vpnRoutes: true, portForwardRoute: false, setsPorts: false},
	{name: 'v3.40.4', auth: 'flat', openByDefault: true, vpnRoutes: true, portForwardRoute: false, setsPorts: false},
	{name: 'v3.41.0', auth: 'flat', openByDefault: true, vpnRoutes: true, portForwardRoute: true, setsPorts: false},
	{name: 'v3.41.3', auth: 'staged', openByDefault: true, vpnRoutes: true, portForwardRoute: true, setsPorts: false},
	{name: 'latest', auth: 'staged', openByDefault: false, vpnRoutes: true, portForwardRoute: true, setsPorts: true},
] as const satisfies readonly GluetunVersion[];

export type GluetunVersionName = (typeof gluetunVersions)[number]['name'];

export const gluetunVersion = (name: GluetunVersionName): GluetunVersion => {
	const version = gluetunVersions.find(candidate => candidate.name === name);
	if (version === undefined) throw new Error(`there is no Gluetun ${name} here`);
	return version;
};

/** Every route with the methods that its table of routes admits. */
export function routesOf({vpnRoutes, portForwardRoute, auth}: GluetunVersion): ReadonlyMap<string, readonly string[]> {
	return new Map([
		['/openvpn/actions/restart', ['GET']],
		['/unbound/actions/restart', ['GET']],
		['/updater/restart', ['GET']],
		['/v1/version', ['GET']],
		...(vpnRoutes ? ([['/v1/vpn/status', ['GET', 'PUT']], ['/v1/vpn/settings', ['GET', 'PUT']]] as const) : []),
		['/v1/openvpn/status', ['GET', 'PUT']],
		['/v1/openvpn/portforwarded', ['GET']],
		['/v1/openvpn/settings', ['GET']],
		['/v1/dns/status', ['GET', 'PUT']],
		['/v1/updater/status', ['GET', 'PUT']],
		['/v1/publicip/ip', ['GET']],
		...(portForwardRoute
			? ([['/v1/portforward', auth === 'staged' ? ['GET', 'PUT'] : ['GET']], ['/openvpn/portforwarded', ['GET']], ['/openvpn/settings', ['GET']]] as const)
			: []),
	]);
}

/** What the built-in role does not admit. */
export const isProtected = (route: string): boolean => /\/settings$/.test(route) || route === 'PUT /v1/portforward';
