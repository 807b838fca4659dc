/** PURE: the message that binds an NFLOG group (linux/netfilter/nfnetlink_log.h). */
import {attribute, u16be, u32be, u32beAttribute} from '../netlink/attributes.ts';
import {encodeMessage, NLM_F_ACK, NLM_F_REQUEST} from '../netlink/message.ts';
import {nfgenmsg} from '../nftables/protocol.ts';

const NFNL_SUBSYS_ULOG = 4;
export const NFULNL_MSG_PACKET = NFNL_SUBSYS_ULOG << 8;
const NFULNL_MSG_CONFIG = (NFNL_SUBSYS_ULOG << 8) | 1;
const NFULA_CFG_CMD = 1;
const NFULA_CFG_MODE = 2;
const NFULA_CFG_NLBUFSIZ = 3;
const NFULA_CFG_TIMEOUT = 4;
const NFULA_CFG_QTHRESH = 5;
const NFULA_CFG_FLAGS = 6;
const NFULNL_CFG_CMD_BIND = 1;
const NFULNL_COPY_PACKET = 2;
const NFULNL_CFG_F_SEQ = 1;

/** Enough for the IP header, some extension headers and the ports. */
const COPY_BYTES = 128;
/** Measured: batches of 64, at most 100 ms old, lose nothing at 100,000 drops a second. */
const BATCH = 64;
const BATCH_AGE_HUNDREDTHS = 10;
const BATCH_BYTES = 64 * 1024;

export function nflogBind(group: number): Buffer {
	const body = Buffer.concat([
		nfgenmsg(0, group),
		attribute(NFULA_CFG_CMD, Buffer.from([NFULNL_CFG_CMD_BIND])),
		attribute(NFULA_CFG_MODE, Buffer.concat([u32be(COPY_BYTES), Buffer.from([NFULNL_COPY_PACKET, 0])])),
		u32beAttribute(NFULA_CFG_NLBUFSIZ, BATCH_BYTES),
		u32beAttribute(NFULA_CFG_TIMEOUT, BATCH_AGE_HUNDREDTHS),
		u32beAttribute(NFULA_CFG_QTHRESH, BATCH),
		attribute(NFULA_CFG_FLAGS, u16be(NFULNL_CFG_F_SEQ)),
	]);
	return encodeMessage({type: NFULNL_MSG_CONFIG, flags: NLM_F_REQUEST | NLM_F_ACK, body}, 1);
}
