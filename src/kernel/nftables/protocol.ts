/** nf_tables over netlink (linux/netfilter/nfnetlink.h, nf_tables.h): numbers and message bodies. */
import {u16be} from '../netlink/attributes.ts';
import type {TableFamily} from '../kernel.ts';

const NFNL_SUBSYS_NFTABLES = 10;
const message = (type: number): number => (NFNL_SUBSYS_NFTABLES << 8) | type;

export const NFT_MSG_NEWTABLE = message(0);
export const NFT_MSG_GETTABLE = message(1);
export const NFT_MSG_DELTABLE = message(2);
export const NFT_MSG_NEWCHAIN = message(3);
export const NFT_MSG_GETCHAIN = message(4);
export const NFT_MSG_NEWRULE = message(6);
export const NFT_MSG_GETRULE = message(7);
export const NFT_MSG_NEWGEN = message(15);
export const NFT_MSG_GETGEN = message(16);
export const NFNL_MSG_BATCH_BEGIN = 16;
export const NFNL_MSG_BATCH_END = 17;
export const NFNLGRP_NFTABLES = 7;

export const NFTA_TABLE_NAME = 1;
export const NFTA_TABLE_FLAGS = 2;
export const NFTA_TABLE_OWNER = 7;
export const NFTA_CHAIN_TABLE = 1;
export const NFTA_CHAIN_NAME = 3;
export const NFTA_CHAIN_HOOK = 4;
export const NFTA_HOOK_DEV = 3;
export const NFTA_HOOK_DEVS = 4;
export const NFTA_DEVICE_NAME = 1;
export const NFTA_RULE_TABLE = 1;
export const NFTA_RULE_EXPRESSIONS = 4;
export const NFTA_EXPR_NAME = 1;
export const NFTA_EXPR_DATA = 2;
/** What iptables-nft has no expression for (linux/netfilter/nf_tables_compat.h). */
export const NFTA_TARGET_NAME = 1;
export const NFTA_GEN_ID = 1;
export const NFTA_GEN_PROC_PID = 2;
export const NFTA_GEN_PROC_NAME = 3;

export const NFT_TABLE_F_DORMANT = 1;
export const NFT_TABLE_F_OWNER = 2;
/** Linux 6.9. */
export const NFT_TABLE_F_PERSIST = 4;

const NFPROTO: Readonly<Record<TableFamily, number>> = {inet: 1, netdev: 5};
export const NFGENMSG_BYTES = 4;

/** struct nfgenmsg: family, version 0, resource id. */
export const nfgenmsg = (family: number, resource = 0): Buffer => Buffer.concat([Buffer.from([family, 0]), u16be(resource)]);
export const tableBody = (family: TableFamily, ...attributes: readonly Buffer[]): Buffer => Buffer.concat([nfgenmsg(NFPROTO[family]), ...attributes]);
/** Opens or closes a batch; its resource id names the subsystem. */
export const batchBody = (): Buffer => nfgenmsg(0, NFNL_SUBSYS_NFTABLES);
