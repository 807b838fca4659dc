/** All checks, and what they say together. Pure. */
import {neighbourCheck, orphanCheck, portsCheck} from './container-checks.ts';
import type {Facts} from './facts.ts';
import type {Check, Finding} from './finding.ts';
import {featureCheck, legacyCheck, sysctlCheck} from './kernel-checks.ts';
import {clockCheck, dnsCheck, endpointCheck, mtuCheck} from './network-checks.ts';
import {capabilityChecks, hostCheck, programCheck, tunCheck} from './permission-checks.ts';
import {daemonCheck, secretsCheck, serversCheck, settingsCheck, stateFolderCheck} from './settings-checks.ts';

export const checks: readonly Check[] = [
	daemonCheck, hostCheck, capabilityChecks, tunCheck, programCheck, featureCheck, legacyCheck, sysctlCheck,
	settingsCheck, secretsCheck, serversCheck, stateFolderCheck, dnsCheck, mtuCheck, clockCheck, endpointCheck, orphanCheck, neighbourCheck, portsCheck,
];

export interface Diagnosis {
	/** The worst first. */
	readonly findings: readonly Finding[];
	readonly looked: readonly string[];
	readonly notLooked: readonly {readonly id: string; readonly title: string; readonly why: string}[];
}

const weights: Readonly<Record<Finding['severity'], number>> = {high: 0, medium: 1, low: 2};

export function examine(facts: Facts): Diagnosis {
	const verdicts = checks.map(({id, title, look}) => ({id, title, verdict: look(facts)}));
	const findings = verdicts.flatMap(({verdict}) => (verdict.kind === 'looked' ? verdict.findings : []));
	return {
		findings: findings.filter(once).toSorted((a, b) => weights[a.severity] - weights[b.severity]),
		looked: verdicts.flatMap(({id, verdict}) => (verdict.kind === 'looked' ? [id] : [])),
		notLooked: verdicts.flatMap(({id, title, verdict}) => (verdict.kind === 'looked' ? [] : [{id, title, why: verdict.why}])),
	};
}

/** What a check and the daemon both found is said once, by who came first. */
const once = ({id, what}: Finding, index: number, all: readonly Finding[]): boolean => all.findIndex(each => each.id === id && each.what === what) === index;
