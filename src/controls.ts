/** Text of others on its way to a terminal. */

const plainAscii = /^[\x20-\x7E]*$/;

/** Server names are file names and reasons come from files: none of them may move the cursor, ring the bell or be unseen. */
export function withoutControls(text: string): string {
	return plainAscii.test(text) ? text : text.replaceAll(/[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u200B\u200C\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/g, '?');
}
