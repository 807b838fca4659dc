/** Traffic control over rtnetlink (linux/rtnetlink.h, pkt_sched.h, pkt_cls.h): numbers only. */

export const RTM_NEWQDISC = 36;
export const RTM_GETQDISC = 38;
export const RTM_NEWTCLASS = 40;
export const RTM_GETTCLASS = 42;
export const RTM_NEWTFILTER = 44;
export const RTM_GETTFILTER = 46;

/** struct tcmsg: family and padding, ifindex, handle, parent, info. */
export const TCMSG_BYTES = 20;
export const TCA_KIND = 1;
export const TCA_OPTIONS = 2;
export const TCA_ACT_KIND = 1;
export const TC_H_ROOT = 0xffff_ffff;
/** The root qdisc, whatever its handle. */
export const TC_H_UNSPEC = 0;
/** The hooks of clsact. */
export const TC_H_INGRESS_FILTERS = 0xffff_fff2;
export const TC_H_EGRESS_FILTERS = 0xffff_fff3;
