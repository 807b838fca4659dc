/** Neighbours over rtnetlink (linux/neighbour.h): who answers on a link, as far as the kernel knows. */
import {familyOf, type IpAddress} from '../../net/address.ts';
import type {InterfaceName} from '../../net/interface-name.ts';
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import {ENOENT} from '../ffi/errno.ts';
import {attribute, attributeMap} from '../netlink/attributes.ts';
import type {NetlinkSocket} from '../netlink/socket.ts';
import {problem, readFailed} from '../problems.ts';
import {addressBytes, addressOf, familyNumber} from './address.ts';
import {readRawLinks} from './links.ts';
import {NDA_DST, NDMSG_BYTES, NUD_FAILED, RTM_DELNEIGH, RTM_GETNEIGH} from './protocol.ts';

/** Forgets that the neighbour did not answer; false where the kernel thinks no such thing of it. */
export function forgetDeadNeighbour(socket: NetlinkSocket, address: IpAddress, link: InterfaceName): Result<boolean, Problem> {
	const links = readRawLinks(socket);
	if (!links.ok) return links;
	const index = links.value.find(({name}) => name === link)?.index;
	if (index === undefined) return ok(false);
	const listed = socket.dump({type: RTM_GETNEIGH, flags: 0, body: ndmsg(address, 0)});
	if (!listed.ok) return fail(readFailed('The neighbours could not be read', listed.error));
	const isDead = listed.value.some(({body}) => body.readInt32LE(4) === index && body.readUInt16LE(8) === NUD_FAILED && addressOf(attributeMap(body.subarray(NDMSG_BYTES)).get(NDA_DST)) === address);
	if (!isDead) return ok(false);
	const answer = socket.transact({type: RTM_DELNEIGH, flags: 0, body: Buffer.concat([ndmsg(address, index), attribute(NDA_DST, addressBytes(address))])});
	if (answer.ok) return ok(true);
	return answer.error.errno === ENOENT ? ok(false) : fail(problem('routing-refused', `The kernel goes on taking ${address} on ${link} for dead: ${answer.error.text}.`, `Try \`ip neigh flush dev ${link}\`.`, true));
}

function ndmsg(address: IpAddress, index: number): Buffer {
	const header = Buffer.alloc(NDMSG_BYTES);
	header.writeUInt8(familyNumber(familyOf(address)), 0);
	header.writeInt32LE(index, 4);
	return header;
}
