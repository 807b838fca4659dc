/** The file a provider's list is kept in. It holds what is public, and what cannot be read is as good as nothing. */
import {join} from 'node:path';
import {fail, ok} from '../result.ts';
import type {CatalogueCache} from '../servers/catalogue.ts';
import {fileTrouble} from '../small-file.ts';
import {readStateFile, writeStateFile} from './state-file.ts';

/** Mullvad's six hundred relays come to a quarter of it. */
const mostKib = 1024;

export function catalogueFile(folder: string): CatalogueCache {
	const path = join(folder, 'catalogue.json');
	return {
		read() {
			try {
				return readStateFile(path, mostKib);
			} catch {
				return null;
			}
		},
		write(text) {
			try {
				writeStateFile(path, text);
				return ok(undefined);
			} catch (error) {
				return fail({
					code: 'state-folder', severity: 'warning', what: `The provider's list could not be kept in ${path}: ${fileTrouble(error)}.`, stillBlocking: true,
					next: 'Make the folder named by VKS_STATE_FOLDER writable; until then a start has to ask the provider.',
				});
			}
		},
	};
}
