/** The settings of what machines read: metrics, and who is told of changes. */
import type {Setting} from './setting.ts';

export const readerSettings = {
	metrics: {
		name: 'VKS_METRICS',
		key: 'metrics',
		default: 'off',
		meaning: 'Where Prometheus metrics (`/metrics`) and a health check (`/healthz`) are served over HTTP: a loopback address with a port, or a unix socket; `off`: nowhere.',
		form: 'Write off, a loopback address and a port such as 127.0.0.1:9586 or [::1]:9586, or unix: and an absolute path such as unix:/run/vks/metrics.sock.',
		example: '127.0.0.1:9586',
	},
	notifyUrl: {
		name: 'VKS_NOTIFY_URL',
		key: 'notify_url',
		default: '',
		meaning: 'Who is told when state or proof changes (connected, blocked, lockdown, proof lost, a leak): a webhook or an ntfy topic. It is told through the tunnel, so what happens without one is told later, with its time; loopback, and addresses that `NETWORK` or `VKS_LAN` open, are told at once.',
		form: 'Write an http, https or ntfy URL without user and password.',
		example: 'ntfy://ntfy.sh/a-topic-nobody-guesses',
	},
	notifyFormat: {
		name: 'VKS_NOTIFY_FORMAT',
		key: 'notify_format',
		default: 'json',
		meaning: 'What is sent to an http or https URL: a JSON object, or text with headers as `ntfy` takes it.',
		form: 'Write json or ntfy.',
		example: 'ntfy',
	},
	notifyToken: {
		name: 'VKS_NOTIFY_TOKEN',
		key: null,
		default: '',
		meaning: 'The token that is sent along (`Authorization: Bearer`). vks takes it out of its environment once it was read.',
		form: 'Write printable ASCII without spaces at its ends, at most 250 characters.',
		example: 'tk_7eevizlsiwf9yi4uxsrs83r4352o0',
	},
	notifyTokenFile: {
		name: 'VKS_NOTIFY_TOKEN_FILE',
		key: 'notify_token_file',
		default: '',
		meaning: 'The same from a file.',
		form: 'Write the absolute path of a readable file; its first line counts.',
		example: '/run/secrets/notify_token',
	},
} as const satisfies Record<string, Setting>;
