/** How many tests passed, failed and were skipped, from the report vitest leaves. */
import {readFileSync} from 'node:fs';

/** A file that could not even be loaded has no tests to fail, and counts as one. A step without a report failed as a whole. */
export function countTests(reportFile, exitCode) {
	const report = readReport(reportFile);
	if (report === null) return {passed: 0, failed: 1, skipped: 0};
	const unloadable = report.testResults.filter(({status, assertionResults}) => status === 'failed' && assertionResults.length === 0).length;
	const failed = report.numFailedTests + unloadable;
	return {
		passed: report.numPassedTests,
		// Such as an error outside every test.
		failed: failed === 0 && exitCode !== 0 ? 1 : failed,
		skipped: report.numPendingTests + (report.numTodoTests ?? 0),
	};
}

function readReport(file) {
	try {
		return JSON.parse(readFileSync(file, 'utf8'));
	} catch {
		return null;
	}
}

export const closingLine = ({passed, failed, skipped}) => `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
