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
} as const satisfies Record<string, Setting>;
