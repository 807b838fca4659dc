/** The images are made once for all the files here, and removed after them; VKS_KEEP_IMAGES keeps them for the next run. */
import {removeImages, startEngine} from '../../lab/engine/engine.ts';
import {makeImages} from '../../lab/engine/images.ts';
import {raiseLab} from '../../lab/raise.ts';

export async function setup(): Promise<void> {
	const lab = await raiseLab();
	try {
		const engine = await startEngine(lab);
		await makeImages(engine).finally(() => engine.stop());
	} finally {
		await lab.down();
	}
}

export function teardown(): void {
	if (process.env['VKS_KEEP_IMAGES'] === undefined) removeImages();
}
