/** The settings of leaving one server for another without anybody asking, and of keys that grow old. */
import type {Setting} from './setting.ts';

export const choiceSettings = {
	rotateEveryMs: {
		name: 'VKS_ROTATE_EVERY',
		key: 'rotate_every',
		default: 'off',
		meaning: 'How long a server is used before vks switches to the next one by itself, give or take a tenth. What fails leaves the old one standing. `off`: never.',
		form: 'Write a number with s, m, h or d, from 5m to 30d, such as 6h; or off.',
		example: '6h',
	},
	rotateBy: {
		name: 'VKS_ROTATE_BY',
		key: 'rotate_by',
		default: 'rank',
		meaning: 'Which server is the next, for `vks next` too: `rank` takes the best that had no turn yet, `random` any such one, or one of the first `RANDOM_TOP`. Servers outside `COUNTRY` are left out where countries are known.',
		form: 'Write rank or random.',
		example: 'random',
	},
	keyMaxAgeMs: {
		name: 'VKS_KEY_MAX_AGE',
		key: 'key_max_age',
		default: 'off',
		meaning: 'From what age on a key is told as too old. Ages count from when vks first had the key, or from its file or certificate where that is older. Certificates that end within 14 days are told in any case.',
		form: 'Write a number of days from 1d to 3650d, such as 180d; or off.',
		example: '180d',
	},
} as const satisfies Record<string, Setting>;
