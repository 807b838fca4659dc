/** What the rules counted. The kernel counts on while the daemon is away, so these begin anew with the tables only. Pure. */
import type {RuleView, Snapshot} from '../control/schema.ts';
import {counter, type Family} from './family.ts';

const labels = ['rule', 'table', 'chain', 'verdict'] as const;

export function ruleFamilies({rules, drops}: Snapshot): readonly Family[] {
	const refusing = rules.filter(({verdict}) => verdict === 'drop' || verdict === 'reject');
	return [
		{name: 'vks_rule_packets_total', help: 'Packets that a rule counted.', kind: 'counter', labels, samples: rules.map(rule => ({labels: labelsOf(rule), value: rule.packets}))},
		{name: 'vks_rule_bytes_total', help: 'Bytes that a rule counted.', kind: 'counter', labels, samples: rules.map(rule => ({labels: labelsOf(rule), value: rule.bytes}))},
		{name: 'vks_dropped_packets_total', help: 'Packets that were refused, by the rule that did it: `vks explain` and `vks rules` say why.', kind: 'counter', labels: ['reason'], samples: refusing.map(({id, packets}) => ({labels: {reason: id}, value: packets}))},
		counter('vks_refused_packets_total', 'All packets that were refused, those by rules that the present policy has not included.', drops.total),
		counter('vks_drop_records_lost_total', 'Refused packets of which no record was kept, because there were too many.', drops.lostRecords),
	];
}

const labelsOf = ({id, table, chain, verdict}: RuleView): Readonly<Record<(typeof labels)[number], string>> => ({rule: id, table, chain, verdict});
