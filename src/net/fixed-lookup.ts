/** A look-up for Node's connections that answers with what was found already. */
import {isIpv4, type IpAddress} from './address.ts';

type Done = (error: null, found: string | {address: string; family: number}[], family?: number) => void;

/** Asked for all addresses or for one, as the options say: with a `localAddress` Node asks for one (`lookupAndConnect`, lib/net.js), and refuses a list. */
export const fixedLookup = (address: IpAddress) => (_host: string, {all}: {all?: boolean | undefined}, done: Done): void => {
	const family = isIpv4(address) ? 4 : 6;
	if (all === true) done(null, [{address, family}]);
	else done(null, address, family);
};
