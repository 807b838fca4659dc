/** What the parts of one overlay are called. Two overlays of other names lie beside each other. Pure. */

export interface GroupNames {
	/** The network without a way out; its name begins the others. */
	readonly inside: string;
	readonly outside: string;
	readonly proxy: string;
}

export const defaultGroup = 'egress';

export const isGroupName = (name: string): boolean => /^[a-z][a-z0-9-]{0,30}$/.test(name);
export const groupNames = (name: string): GroupNames => ({inside: name, outside: `${name}-out`, proxy: `${name}-proxy`});
export const overlayFile = (name: string): string => `docker-compose.${name}.yaml`;
