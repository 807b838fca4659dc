/** rtnetlink (linux/rtnetlink.h, if_link.h, if_addr.h, fib_rules.h): numbers only. */

export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;
export const RTM_NEWROUTE = 24;
export const RTM_DELROUTE = 25;
export const RTM_GETROUTE = 26;
export const RTM_DELNEIGH = 29;
export const RTM_GETNEIGH = 30;
export const RTM_NEWRULE = 32;
export const RTM_DELRULE = 33;
export const RTM_GETRULE = 34;

export const AF_INET = 2;
export const AF_INET6 = 10;

export const IFINFOMSG_BYTES = 16;
export const IFLA_IFNAME = 3;
export const IFLA_MTU = 4;
export const IFLA_LINKINFO = 18;
export const IFLA_INFO_KIND = 1;
export const IFLA_XDP = 43;
export const IFLA_XDP_ATTACHED = 2;
export const IFF_UP = 0x1;
export const IFF_LOOPBACK = 0x8;
/** Carrier, as the driver sees it. */
export const IFF_LOWER_UP = 0x1_0000;

export const IFADDRMSG_BYTES = 8;
export const IFA_ADDRESS = 1;
export const IFA_LOCAL = 2;

export const NDMSG_BYTES = 12;
export const NDA_DST = 1;
export const NUD_FAILED = 0x20;

export const RTMSG_BYTES = 12;
export const RTA_DST = 1;
export const RTA_SRC = 2;
export const RTA_OIF = 4;
export const RTA_GATEWAY = 5;
export const RTA_PRIORITY = 6;
export const RTA_MULTIPATH = 9;
export const RTA_TABLE = 15;
export const RTA_VIA = 18;
export const RTA_NH_ID = 30;
export const RTN_UNICAST = 1;
export const RTN_LOCAL = 2;
export const RTN_BLACKHOLE = 6;
export const RTN_UNREACHABLE = 7;
export const RTN_THROW = 9;
export const RTM_F_CLONED = 0x200;
export const RTNH_F_ONLINK = 4;
export const RTPROT_UNSPEC = 0;
export const RTPROT_KERNEL = 2;
/**
 * Ours, on every route that vks writes, so that one which is wanted no longer is known for ours. Numbers above RTPROT_STATIC
 * are user space's own to give (linux/rtnetlink.h); 0x56 is in neither that list nor iproute2's rt_protos.
 */
export const RTPROT_VKS = 0x56;
export const RT_SCOPE_UNIVERSE = 0;
export const RT_SCOPE_LINK = 253;
export const RT_SCOPE_HOST = 254;
export const RT_SCOPE_NOWHERE = 255;
export const RT_TABLE_UNSPEC = 0;
/** Stands in the header for a number that does not fit; the attribute has it (linux/rtnetlink.h). */
export const RT_TABLE_COMPAT = 252;
export const RT_TABLE_MAIN = 254;

export const FIB_RULE_HDR_BYTES = 12;
export const FIB_RULE_INVERT = 2;
export const FR_ACT_TO_TBL = 1;
export const FRA_DST = 1;
export const FRA_IIFNAME = 3;
export const FRA_PRIORITY = 6;
export const FRA_FWMARK = 10;
export const FRA_SUPPRESS_IFGROUP = 13;
export const FRA_SUPPRESS_PREFIXLEN = 14;
export const FRA_TABLE = 15;
export const FRA_FWMASK = 16;
export const FRA_OIFNAME = 17;
export const FRA_PROTOCOL = 21;
export const FRA_IP_PROTO = 22;
export const FRA_SPORT_RANGE = 23;
export const FRA_SPORT_MASK = 28;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
