/** The settings of OpenVPN: what servers ask for. None of them is shown anywhere. */
import type {Setting} from './setting.ts';

const form = 'Write at most 250 bytes without control characters.';
const fileForm = 'Write the absolute path of a readable file; its first line counts.';

export const openvpnSettings = {
	openvpnUser: {
		name: 'VKS_OPENVPN_USER',
		key: null,
		default: '',
		meaning: 'The user that OpenVPN servers ask for, where the `.ovpn` file brings none.',
		form,
		example: 'bob',
	},
	openvpnUserFile: {
		name: 'VKS_OPENVPN_USER_FILE',
		key: 'openvpn_user_file',
		default: '',
		meaning: 'The same from a file.',
		form: fileForm,
		example: '/run/secrets/openvpn_user',
	},
	openvpnPassword: {
		name: 'VKS_OPENVPN_PASSWORD',
		key: null,
		default: '',
		meaning: 'The password that belongs to it. vks takes it out of its environment once it was read.',
		form,
		example: 'correct-horse',
	},
	openvpnPasswordFile: {
		name: 'VKS_OPENVPN_PASSWORD_FILE',
		key: 'openvpn_password_file',
		default: '',
		meaning: 'The same from a file.',
		form: fileForm,
		example: '/run/secrets/openvpn_password',
	},
	openvpnKeyPassword: {
		name: 'VKS_OPENVPN_KEY_PASSWORD',
		key: null,
		default: '',
		meaning: 'The passphrase of an encrypted private key in an `.ovpn` file.',
		form,
		example: 'battery-staple',
	},
	openvpnKeyPasswordFile: {
		name: 'VKS_OPENVPN_KEY_PASSWORD_FILE',
		key: 'openvpn_key_password_file',
		default: '',
		meaning: 'The same from a file.',
		form: fileForm,
		example: '/run/secrets/openvpn_key_password',
	},
} as const satisfies Record<string, Setting>;
