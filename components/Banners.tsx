/** Full-width lines for what must not be missed. */
import type {Rect} from '../src/console/layout.ts';
import type {Banner} from '../src/console/select/banners.ts';
import {fitText, span, type Line} from '../src/console/text.ts';
import type {Theme} from '../src/console/theme.ts';
import {Lines} from './Lines.tsx';

export function bannerLine(banner: Banner, width: number, theme: Theme): Line {
	return [span(fitText(banner.text, width, {ellipsis: theme.symbols.ellipsis}), banner.tone)];
}

export function Banners({banners, at, theme}: {readonly banners: readonly Banner[]; readonly at: Rect; readonly theme: Theme}) {
	return <Lines lines={banners.map(banner => bannerLine(banner, at.width, theme))} at={at} theme={theme} />;
}
