/** Families as the text that Prometheus reads. Each time in a registry of its own: what is told is the snapshot and nothing that was before. */
import {Counter, Gauge, Registry} from 'prom-client';
import type {Family} from './family.ts';

export const contentType = Registry.PROMETHEUS_CONTENT_TYPE;

export function exposition(families: readonly Family[]): Promise<string> {
	const registry = new Registry();
	for (const family of families) put(registry, family);
	return registry.metrics();
}

function put(registry: Registry, {name, help, kind, labels, samples}: Family): void {
	// A metric that has no label begins with 0, which would be said where nothing is known.
	if (samples.length === 0) return;
	const options = {name, help, labelNames: labels, registers: [registry]};
	if (kind === 'gauge') {
		const metric = new Gauge(options);
		for (const sample of samples) metric.set(sample.labels, sample.value);
	} else {
		const metric = new Counter(options);
		for (const sample of samples) metric.inc(sample.labels, sample.value);
	}
}
