/** The lockdown that the daemon would compile for a lab, as one nft script. */
import {loadConfig} from '../src/config/load.ts';
import type {Config} from '../src/config/config.ts';
import {parseInterfaceName} from '../src/net/interface-name.ts';
import {compile} from '../src/policy/compile.ts';
import type {Ruleset} from '../src/policy/policy.ts';
import {renderInet, renderNetdev} from '../src/policy/render.ts';

export function configOf(environment: Readonly<Record<string, string>>): Config {
	const config = loadConfig({env: environment});
	if (!config.ok) throw new Error(config.error.map(({what}) => what).join('; '));
	return config.value;
}

export function lockdownRuleset(config: Config, uplink: string): Ruleset {
	const name = parseInterfaceName(uplink);
	return compile(config, {kind: 'lockdown', tunnels: [], uplink: name, outside: name === null ? [] : [name]});
}

export const scriptOf = (ruleset: Ruleset): string => `${renderInet(ruleset, {mode: 'create'})}${renderNetdev(ruleset, {mode: 'create'}) ?? ''}`;
