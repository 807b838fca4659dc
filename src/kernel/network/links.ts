/** Links with their addresses, from two rtnetlink dumps. */
import {parseInterfaceName} from '../../net/interface-name.ts';
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import type {Link} from '../kernel.ts';
import type {NetlinkSocket} from '../netlink/socket.ts';
import {problem, readFailed} from '../problems.ts';
import {parseLink, parseLinkAddress, type RawAddress, type RawLink} from './parse-links.ts';
import {IFADDRMSG_BYTES, IFINFOMSG_BYTES, RTM_GETADDR, RTM_GETLINK, RTM_NEWADDR, RTM_NEWLINK} from './protocol.ts';

export function readRawLinks(socket: NetlinkSocket): Result<readonly RawLink[], Problem> {
	const answer = socket.dump({type: RTM_GETLINK, flags: 0, body: Buffer.alloc(IFINFOMSG_BYTES)});
	if (!answer.ok) return fail(readFailed('The network interfaces could not be read', answer.error));
	return ok(answer.value.filter(({type}) => type === RTM_NEWLINK).map(({body}) => parseLink(body)).filter(link => link !== null));
}

function readAddresses(socket: NetlinkSocket): Result<readonly RawAddress[], Problem> {
	const answer = socket.dump({type: RTM_GETADDR, flags: 0, body: Buffer.alloc(IFADDRMSG_BYTES)});
	if (!answer.ok) return fail(readFailed('The network addresses could not be read', answer.error));
	return ok(answer.value.filter(({type}) => type === RTM_NEWADDR).map(({body}) => parseLinkAddress(body)).filter(address => address !== null));
}

export function readLinks(socket: NetlinkSocket): Result<readonly Link[], Problem> {
	const links = readRawLinks(socket);
	if (!links.ok) return links;
	const addresses = readAddresses(socket);
	if (!addresses.ok) return addresses;
	const found: Link[] = [];
	for (const link of links.value) {
		const name = parseInterfaceName(link.name);
		// Leaving it out would leave it without a backstop, and its name cannot be put into a rule.
		if (name === null) return fail(unusable(link.name));
		const own = addresses.value.filter(({index}) => index === link.index);
		found.push({...link, name, addresses: own.map(({address, prefixLength, scope}) => ({address, prefixLength, scope}))});
	}
	return ok(found);
}

const unusable = (name: string): Problem =>
	problem(
		'egress-unsupported',
		`The interface named ${JSON.stringify(name)} cannot be named in a rule, so nothing can be proven about what leaves through it.`,
		'Rename it to letters, digits and . _ @ - only (`ip link set … name …`).',
	);
