/** The page of settings says what the program does. `vitest -u` writes it anew. */
import {expect, test} from 'vitest';
import {renderSettingsPage, renderSettingsTable} from '../../../src/config/settings-page.ts';
import {settingList} from '../../../src/config/settings.ts';

test('docs/settings.md is not stale', async () => {
	await expect(renderSettingsPage()).toMatchFileSnapshot('../../../docs/settings.md');
});

test('the table has one row of five cells per setting', () => {
	const rows = renderSettingsTable().split('\n');
	expect(rows).toHaveLength(settingList.length + 2);
	// A bar inside a cell is escaped and does not count.
	for (const row of rows) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(7);
});
