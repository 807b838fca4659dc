/** The screen: a function of the view. Keys go out as they came; what they mean is decided elsewhere. */
import {Box, useInput, usePaste} from 'ink';
import type {KeyFlags} from '../src/console/input.ts';
import {layoutFor, type Layout, type PanelBox, type Rect} from '../src/console/layout.ts';
import {selectBanners} from '../src/console/select/banners.ts';
import type {Theme} from '../src/console/theme.ts';
import type {ViewState} from '../src/console/view.ts';
import {Allow} from './Allow.tsx';
import {Audit} from './Audit.tsx';
import {Banners} from './Banners.tsx';
import {Checklist} from './Checklist.tsx';
import {Confirm} from './Confirm.tsx';
import {Details} from './Details.tsx';
import {Entry} from './Entry.tsx';
import {Exceptions} from './Exceptions.tsx';
import {Footer} from './Footer.tsx';
import {Header} from './Header.tsx';
import {Help} from './Help.tsx';
import {Linear} from './Linear.tsx';
import {NoDaemon} from './NoDaemon.tsx';
import {DropsPanel} from './panels/Drops.tsx';
import {JournalPanel} from './panels/Journal.tsx';
import {RulesetPanel} from './panels/Ruleset.tsx';
import {ServersPanel} from './panels/Servers.tsx';
import {TunnelPanel} from './panels/Tunnel.tsx';
import {Palette} from './Palette.tsx';
import {Targets} from './Targets.tsx';
import {Runbook} from './Runbook.tsx';
import {TooSmall} from './TooSmall.tsx';
import {TypedWord} from './TypedWord.tsx';

interface Props {
	readonly state: ViewState;
	readonly theme: Theme;
	readonly onKey: (input: string, key: KeyFlags) => void;
	readonly onPaste: (text: string) => void;
}

export function App({state, theme, onKey, onPaste}: Props) {
	useInput(onKey);
	usePaste(onPaste);
	if (theme.linear) return <Spoken state={state} theme={theme} />;
	const banners = selectBanners(state);
	const layout = layoutFor({columns: state.columns, rows: state.rows, focus: state.focus, zoom: state.zoom, banners: banners.length});
	return (
		<Box width={layout.columns} height={layout.rows}>
			<Page state={state} theme={theme} layout={layout} banners={banners} />
		</Box>
	);
}

function Page({state, theme, layout, banners}: Pick<Props, 'state' | 'theme'> & {readonly layout: Layout; readonly banners: ReturnType<typeof selectBanners>}) {
	const {columns, rows} = layout;
	if (state.live.snapshot === null && layout.kind !== 'word') {
		return (
			<>
				<NoDaemon state={state} columns={columns} rows={rows} theme={theme} />
				<DialogOver state={state} theme={theme} within={{x: 0, y: 0, width: columns, height: rows}} />
			</>
		);
	}
	if (layout.kind !== 'panels') {
		return (
			<>
				<TooSmall state={state} columns={columns} rows={rows} theme={theme} />
				<DialogOver state={state} theme={theme} within={{x: 0, y: 0, width: columns, height: rows}} />
			</>
		);
	}
	return (
		<>
			<Header state={state} at={layout.header} theme={theme} />
			<Banners banners={banners} at={layout.banners} theme={theme} />
			{layout.panels.map(box => <PanelFor key={box.panel} state={state} box={box} theme={theme} />)}
			<DialogOver state={state} theme={theme} within={layout.body} />
			<Footer state={state} at={layout.footer} theme={theme} />
		</>
	);
}

const components = {tunnel: TunnelPanel, ruleset: RulesetPanel, servers: ServersPanel, drops: DropsPanel, journal: JournalPanel} as const;

function PanelFor({state, box, theme}: {readonly state: ViewState; readonly box: PanelBox; readonly theme: Theme}) {
	const Component = components[box.panel];
	return <Component state={state} box={box} theme={theme} />;
}

/** Places and sizes mean nothing here: each part is a run of sentences. */
function Spoken({state, theme}: Pick<Props, 'state' | 'theme'>) {
	const everything: Rect = {x: 0, y: 0, width: 80, height: 100};
	return <Linear state={state} theme={theme} dialog={<DialogOver state={state} theme={theme} within={everything} />} panel={<PanelFor state={state} theme={theme} box={{...everything, panel: state.focus, form: 'rule'}} />} />;
}

function DialogOver({state, theme, within}: {readonly state: ViewState; readonly theme: Theme; readonly within: Rect}) {
	const {dialog} = state;
	switch (dialog?.kind) {
		case undefined:
			return null;
		case 'help':
			return <Help keys={state.keys} within={within} theme={theme} top={dialog.top} />;
		case 'runbook':
			return <Runbook state={state} dialog={dialog} within={within} theme={theme} />;
		case 'audit':
			return <Audit state={state} dialog={dialog} within={within} theme={theme} />;
		case 'checklist':
			return <Checklist state={state} dialog={dialog} within={within} theme={theme} />;
		case 'confirm':
			return <Confirm dialog={dialog} at={state.target?.name} within={within} theme={theme} />;
		case 'typed':
			return <TypedWord dialog={dialog} at={state.target?.name} within={within} theme={theme} />;
		case 'palette':
			return <Palette state={state} dialog={dialog} within={within} theme={theme} />;
		case 'details':
			return <Details state={state} dialog={dialog} within={within} theme={theme} />;
		case 'allow':
			return <Allow state={state} dialog={dialog} within={within} theme={theme} />;
		case 'targets':
			return <Targets state={state} selected={dialog.selected} within={within} theme={theme} />;
		case 'entry':
			return <Entry state={state} dialog={dialog} within={within} theme={theme} />;
		case 'exceptions':
			return <Exceptions state={state} dialog={dialog} within={within} theme={theme} />;
	}
}
