/** How many tests passed, failed and were skipped, and which failed, from the report vitest leaves. */
import {readFileSync} from 'node:fs';
import {relative} from 'node:path';
import {root} from './root.mjs';

/** A file that could not be loaded, or whose hook failed, has no test that did, and counts as one. A step without a report failed as a whole. */
export function countTests(reportFile, exitCode) {
	const report = readReport(reportFile);
	if (report === null) return {passed: 0, failed: 1, skipped: 0, failures: []};
	const failed = report.numFailedTests + report.testResults.filter(failedBesideTests).length;
	return {
		passed: report.numPassedTests,
		// Such as an error outside every test.
		failed: failed === 0 && exitCode !== 0 ? 1 : failed,
		skipped: report.numPendingTests + (report.numTodoTests ?? 0),
		failures: report.testResults.flatMap(failuresOf),
	};
}

const failedBesideTests = ({status, assertionResults}) => status === 'failed' && !assertionResults.some(test => test.status === 'failed');

function failuresOf(result) {
	const {name, assertionResults, message} = result;
	const file = relative(root, name);
	if (failedBesideTests(result)) return [{test: file, why: firstLine(message) || 'something around its tests'}];
	return assertionResults.filter(test => test.status === 'failed').map(({fullName, failureMessages}) => ({test: `${file} > ${fullName}`, why: firstLine(failureMessages[0])}));
}

const firstLine = text => (text ?? '').split('\n')[0].slice(0, 300);

function readReport(file) {
	try {
		return JSON.parse(readFileSync(file, 'utf8'));
	} catch {
		return null;
	}
}

export const closingLine = ({passed, failed, skipped}) => `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
