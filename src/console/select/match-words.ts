/** What a rule of ours matches, in words: its nft text read term by term, as policy/match.ts writes it. Pure. */

interface Term {
	readonly text: RegExp;
	readonly words: (values: readonly string[]) => string;
}

const value = String.raw`("[^"]*"|\{ [^}]* \}|\S+)`;
const term = (pattern: string, words: Term['words']): Term => ({text: new RegExp(`^${pattern.replaceAll('VALUE', value)}(?: |$)`), words});

/** `{ "eth0", "eth1" }` → `eth0 or eth1`. */
function plain(text = ''): string {
	const inner = text.startsWith('{') ? text.slice(2, -2) : text;
	return inner.replaceAll('"', '').replaceAll(/\/(?:32|128)\b/g, '').split(', ').join(' or ');
}

const protocols: Readonly<Record<string, string>> = {'ipv6-icmp': 'icmpv6'};
const protocolName = (text = ''): string => plain(text).split(' or ').map(each => protocols[each] ?? each).join(' or ');
const echoes: Readonly<Record<string, string>> = {'8': 'echo requests (ping)', '128': 'echo requests (ping)', '0': 'echo replies', '129': 'echo replies'};
const states: Readonly<Record<string, string>> = {established: 'of a connection that was let begin', new: 'that begin a connection', related: 'about a connection that was let begin', invalid: 'of no known connection'};

const terms: readonly Term[] = [
	term('iifname VALUE', ([name]) => `arriving by ${plain(name)}`),
	term('oifname VALUE', ([name]) => `leaving by ${plain(name)}`),
	term('ether type VALUE', ([type]) => `${plain(type)} frames`),
	term('meta protocol VALUE ether type != VALUE', ([type]) => `called ${plain(type)} by the sender, and something else on the wire`),
	term('arp saddr ip VALUE', ([address]) => `in the name of ${plain(address)}`),
	term('meta nfproto VALUE', ([family]) => `of ${family === 'ipv4' ? 'IPv4' : 'IPv6'}`),
	term('ip6? saddr VALUE', ([address]) => `from ${plain(address)}`),
	term('ip6? daddr VALUE', ([address]) => `to ${plain(address)}`),
	term('ip6 hoplimit VALUE', ([limit]) => `with hop limit ${limit}`),
	term('meta l4proto @VALUE', ([lease]) => `while ${plain(lease)} lasts`),
	term('meta l4proto VALUE', ([protocol]) => protocolName(protocol)),
	term('(tcp|udp|th|icmp|icmpv6) sport VALUE', ([protocol, port]) => `${protocol === 'th' ? '' : `${protocol} `}from port ${plain(port)}`),
	term('(tcp|udp|th|icmp|icmpv6) dport VALUE', ([protocol, port]) => `${protocol === 'th' ? '' : `${protocol} `}to port ${plain(port)}`),
	term('(icmp|icmpv6) type VALUE', ([protocol, type]) => `${protocol} ${plain(type).split(' or ').map(each => echoes[each] ?? `type ${each}`).join(' or ')}`),
	term(String.raw`tcp flags & \(syn \| rst\) == syn`, () => 'the first of a TCP connection'),
	term('ct state VALUE', ([state]) => plain(state).split(' or ').map(each => states[each] ?? each).join(', or ')),
	term('ct direction VALUE', ([direction]) => (direction === 'reply' ? 'as its answers' : 'in the direction it was begun')),
	term('ct mark VALUE', ([mark]) => `of a connection marked ${mark}`),
	term('meta mark VALUE', ([mark]) => `marked ${mark}`),
	term('meta skuid VALUE', ([uid]) => `of uid ${uid}`),
	term(String.raw`update @\S+ \{ \S+ saddr (?:& \S+ )?limit rate (\d+)/second burst \d+ packets \}`, ([rate]) => `at most ${rate} a second from one source`),
	term(String.raw`limit rate (\d+)/second burst \d+ packets`, ([rate]) => `at most ${rate} a second in all`),
];

export interface MatchWords {
	readonly words: string;
	/** What no term above reads: nothing, of a rule of ours. */
	readonly unread: string;
}

export function matchWords(text: string): MatchWords {
	// From the counter on it is what happens to a packet, not which one.
	let rest = (text.split('counter name "')[0] ?? '').trimEnd();
	const found: string[] = [];
	for (;;) {
		const next = terms.map(each => ({each, match: each.text.exec(rest)})).find(({match}) => match !== null);
		if (next?.match === undefined || next.match === null) break;
		found.push(next.each.words(next.match.slice(1)));
		rest = rest.slice(next.match[0].length);
	}
	return {words: found.length === 0 ? 'every packet that no rule before it decided' : `packets ${found.join(', ')}`, unread: rest};
}
