/** The settings that are numbers of the kernel's: marks, tables, a log group. */
import type {Setting} from './setting.ts';

export const numberSettings = {
	nflogGroup: {
		name: 'VKS_NFLOG_GROUP',
		key: 'nflog_group',
		default: '5',
		meaning: 'The NFLOG group that carries refused packets to the daemon.',
		form: 'Write a number from 1 to 65535.',
		example: '17',
	},
	tunnelMark: {
		name: 'VKS_TUNNEL_MARK',
		key: 'tunnel_mark',
		default: '0xca6c',
		meaning: "The mark on the tunnel's own outer packets.",
		form: 'Write a number from 1 to 0xffffffff, decimal or 0x hexadecimal.',
		example: '0x1ca6c',
	},
	replyMark: {
		name: 'VKS_REPLY_MARK',
		key: 'reply_mark',
		default: '0xca6d',
		meaning: 'The mark on replies of published ports; it must differ from the tunnel mark.',
		form: 'Write a number from 1 to 0xffffffff, decimal or 0x hexadecimal.',
		example: '0x1ca6d',
	},
	uplinkTable: {
		name: 'VKS_UPLINK_TABLE',
		key: 'uplink_table',
		default: '51821',
		meaning: 'The routing table that holds the way to the uplink.',
		form: 'Write a number from 1 to 4294967295 that the kernel does not use itself (252 to 255).',
		example: '1821',
	},
	tunnelTable: {
		name: 'VKS_TUNNEL_TABLE',
		key: 'tunnel_table',
		default: '51820',
		meaning: 'The routing table that holds the way into the tunnel; it must differ from the uplink table.',
		form: 'Write a number from 1 to 4294967295 that the kernel does not use itself (252 to 255).',
		example: '1820',
	},
	probeMark: {
		name: 'VKS_PROBE_MARK',
		key: 'probe_mark',
		default: '0xca6e',
		meaning: 'The mark of the first of two tunnels that stand beside each other while vks switches; the second has the next number.',
		form: 'Write a number from 1 to 0xfffffffe, decimal or 0x hexadecimal; neither it nor the next may be another mark of vks.',
		example: '0x1ca6e',
	},
	probeTable: {
		name: 'VKS_PROBE_TABLE',
		key: 'probe_table',
		default: '51822',
		meaning: 'The routing table of the first of these two tunnels; the second has the next number.',
		form: 'Write a number from 1 to 4294967294 so that neither it nor the next is the kernel\'s own (252 to 255) or another table of vks.',
		example: '1822',
	},
} as const satisfies Record<string, Setting>;
