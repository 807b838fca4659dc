/** The same as in harden.test.ts, of an engine that writes its rules by iptables-legacy, for IPv6 too. */
import {test} from 'vitest';
import {engineStage} from '../helpers/engine-stage.ts';
import {hardenOn} from '../helpers/harden-acts.ts';
import {closesForOthers} from '../helpers/harden-flow.ts';

const stage = engineStage({iptables: 'legacy', settings: {ipv6: true, 'fixed-cidr-v6': 'fd00:9::/64', ip6tables: true, experimental: true}});

test('iptables-legacy and ip6tables-legacy: closed for others, kept, undone byte for byte', () =>
	closesForOthers(stage(), hardenOn(stage()), ['table filter of iptables-legacy', 'table filter of ip6tables-legacy']));
