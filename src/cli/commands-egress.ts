/** The command for what is outside vks, and is to reach names only. */
import type {CommandSpec} from './command-spec.ts';

export const egressCommand: CommandSpec = {
	name: 'egress',
	summary: 'print a compose overlay by which services reach named hosts, and nothing else',
	arguments: [
		{name: 'action', summary: 'compose: the only one there is'},
		{name: 'file', summary: 'the compose file that the overlay is laid over'},
	],
	options: [
		{name: 'service', value: 'NAME', many: true, summary: 'whom it is for; several with `,` or by giving it again (required)'},
		{name: 'beside', value: 'NAME', many: true, summary: 'a service that they are to reach, or be reached from: on their network too, with its own way out'},
		{name: 'allow', value: 'ENTRY', many: true, summary: 'as in VKS_EGRESS: a name and its ports, 443 where none is written (required)'},
		{name: 'resolver', value: 'ADDR', many: true, summary: 'whom the proxy asks for the names: outside, not the engine\'s 127.0.0.11 (required)'},
		{name: 'image', value: 'IMAGE', summary: 'of the proxy: nginx with its stream module, and bash (default: vks)'},
		{name: 'name', value: 'NAME', summary: 'of the network, to lay several over one file (default: egress)'},
	],
	examples: [
		['vks egress compose compose.yaml --service app --allow "api.example.org 443" --resolver 9.9.9.9 > docker-compose.egress.yaml', 'then `docker compose -f compose.yaml -f docker-compose.egress.yaml up -d`'],
		['vks egress compose compose.yaml --service app --service db --allow "deb.debian.org 80; api.example.org" --resolver 9.9.9.9', 'several services share what is allowed'],
	],
	exits: [[1, 'nothing was printed, or the overlay leaves a way around itself: standard error says which']],
	load: () => import('./egress.ts'),
};
