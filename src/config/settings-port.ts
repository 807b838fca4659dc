/** The settings of a port that the provider forwards, and of who is told of it. */
import type {Setting} from './setting.ts';

export const portSettings = {
	portForward: {
		name: 'VKS_PORT_FORWARD',
		key: 'port_forward',
		default: 'off',
		meaning: 'Whether the provider is asked to forward a port: `nat-pmp`, as ProtonVPN does, asks for one port for TCP and UDP, keeps it, and opens it on the tunnel for as long as it is granted. A port that never changes goes into `VKS_INBOUND_PORTS`.',
		form: 'Write off or nat-pmp.',
		example: 'nat-pmp',
	},
	portGateway: {
		name: 'VKS_PORT_FORWARD_GATEWAY',
		key: 'port_forward_gateway',
		default: '',
		meaning: "Who is asked for it, behind the tunnel; without it the first private IPv4 resolver that the server's own file or the server names (10.2.0.1 with ProtonVPN). Needed beside `VKS_ATTACH`.",
		form: 'Write one IPv4 address behind the tunnel, such as 10.2.0.1.',
		example: '10.2.0.1',
	},
	portHook: {
		name: 'VKS_PORT_HOOK',
		key: 'port_hook',
		default: '',
		meaning: 'A program that is run, without a shell and as the user of vks, whenever the forwarded port is another one; `{port}` in its words is the port, or 0 when there is none any more.',
		form: 'Write a program and its arguments, or a JSON list of them, such as ["/config/tell", "--port={port}"].',
		example: '/config/tell-qbittorrent --port {port}',
	},
	portFile: {
		name: 'VKS_PORT_FILE',
		key: 'port_file',
		default: '',
		meaning: 'A file that holds the forwarded port, replaced as a whole and readable for everybody; it is not there while there is no port.',
		form: 'Write an absolute path.',
		example: '/run/vks-port/forwarded_port',
	},
} as const satisfies Record<string, Setting>;
