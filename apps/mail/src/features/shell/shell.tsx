/** The frame around the mail: sidebar (a drawer on phones), search, help, palette, and the commands that hold everywhere. */
import { Menu as MenuIcon } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { IconButton } from '../../components/ui/button.tsx';
import { Splitter } from '../../components/ui/splitter.tsx';
import type { Connection, FolderCount } from '../../lib/api.ts';
import { shellText as text } from '../../lib/i18n/shell.ts';
import { useCommandKeys, useCommands } from '../../lib/keyboard/index.ts';
import { useIsNarrow } from '../../lib/media.ts';
import { useRememberedNumber } from '../../lib/remembered.ts';
import { useSaveSettings, useSettings } from '../../lib/settings.ts';
import { useIsDark } from '../../lib/theme.ts';
import { SearchBox } from '../search/index.ts';
import { ConnectionLine } from './connection-line.tsx';
import { HelpSheet } from './help-sheet.tsx';
import { Palette } from './palette.tsx';
import { Sidebar } from './sidebar.tsx';

export interface ShellProps {
  connections: readonly Connection[];
  account: string | undefined;
  counts: readonly FolderCount[];
  folder: string;
  query: string;
  /** On a phone the reader takes the whole screen. */
  isReading: boolean;
  onFolder: (folder: string) => void;
  onAccount: (account: string | undefined) => void;
  onSearch: (query: string) => void;
  onCompose: () => void;
  onSettings: (section?: string) => void;
  onAddAccount: () => void;
  onSignOut: () => void;
  children: ReactNode;
}

export function Shell(props: ShellProps) {
  const { folder, counts, onFolder, onSearch, onCompose, onSettings } = props;
  const isNarrow = useIsNarrow();
  const isDark = useIsDark();
  const settings = useSettings();
  const save = useSaveSettings();
  const [sidebarWidth, setSidebarWidth] = useRememberedNumber('postroom.sidebar-width', 224);
  const [isDrawerOpen, setIsDrawerOpen] = useState(false);
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  const [isPaletteOpen, setIsPaletteOpen] = useState(false);
  useCommandKeys();
  useCommands({
    compose: onCompose,
    goInbox: () => onFolder('inbox'),
    goStarred: () => onFolder('starred'),
    goSnoozed: () => onFolder('snoozed'),
    goScheduled: () => onFolder('scheduled'),
    goSent: () => onFolder('sent'),
    goDrafts: () => onFolder('draft'),
    goArchive: () => onFolder('archive'),
    goAll: () => onFolder('all'),
    goSpam: () => onFolder('spam'),
    goBin: () => onFolder('bin'),
    palette: () => setIsPaletteOpen(true),
    help: () => setIsHelpOpen(true),
    settings: () => onSettings(),
    addAccount: props.onAddAccount,
    signOut: props.onSignOut,
    toggleTheme: () => save({ theme: isDark ? 'light' : 'dark' }),
    toggleLayout: () => save({ layout: settings.layout === 'split' ? 'list' : 'split' }),
  });
  const sidebar = (
    <Sidebar
      connections={props.connections}
      account={props.account}
      counts={counts}
      folder={folder}
      onFolder={(id) => {
        setIsDrawerOpen(false);
        onFolder(id);
      }}
      onAccount={(account) => {
        setIsDrawerOpen(false);
        props.onAccount(account);
      }}
      onCompose={() => {
        setIsDrawerOpen(false);
        onCompose();
      }}
      onFix={() => onSettings('accounts')}
    />
  );
  return (
    <div className="flex h-full">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2"
      >
        {text.skip}
      </a>
      {isNarrow ? (
        <Radix.Root open={isDrawerOpen} onOpenChange={setIsDrawerOpen}>
          <Radix.Portal>
            <Radix.Overlay className="fixed inset-0 z-40 bg-black/35 animate-fade" />
            <Radix.Content
              aria-describedby={undefined}
              className="fixed inset-y-0 left-0 z-50 w-72 max-w-[85vw] bg-page shadow-2xl outline-none animate-fade"
            >
              <Radix.Title className="sr-only">{text.menu}</Radix.Title>
              {sidebar}
            </Radix.Content>
          </Radix.Portal>
        </Radix.Root>
      ) : (
        <>
          <aside className="h-full shrink-0" style={{ width: sidebarWidth }}>
            {sidebar}
          </aside>
          <Splitter label={text.menu} value={sidebarWidth} min={180} max={360} onChange={setSidebarWidth} />
        </>
      )}
      <div className="flex h-full min-w-0 flex-1 flex-col">
        {!(isNarrow && props.isReading) && (
          <header className="flex h-13 shrink-0 items-center gap-2 border-b px-3">
            {isNarrow && (
              <IconButton label={text.openMenu} onClick={() => setIsDrawerOpen(true)}>
                <MenuIcon />
              </IconButton>
            )}
            <SearchBox query={props.query} onSearch={onSearch} />
          </header>
        )}
        {isNarrow && !props.isReading && (
          <div className="px-2 not-empty:py-2">
            <ConnectionLine connections={props.connections} onFix={() => onSettings('accounts')} isProblemOnly />
          </div>
        )}
        <main id="main" className="min-h-0 flex-1">
          {props.children}
        </main>
      </div>
      <HelpSheet isOpen={isHelpOpen} onOpenChange={setIsHelpOpen} />
      <Palette
        isOpen={isPaletteOpen}
        onOpenChange={setIsPaletteOpen}
        counts={counts}
        onFolder={onFolder}
        onSearch={onSearch}
      />
    </div>
  );
}
