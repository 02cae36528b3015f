/** The command palette: every command that can be run now, with its key; folders; and a search for what was typed. */
import { Command } from 'cmdk';
import { Folder, Search } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { useState } from 'react';
import { Kbd } from '../../components/ui/kbd.tsx';
import type { FolderCount } from '../../lib/api.ts';
import { shellText as text } from '../../lib/i18n/shell.ts';
import { type CommandId, commandGroups, commands, isAvailable, runCommand } from '../../lib/keyboard/index.ts';
import { sidebarFolders } from './folders.ts';

export interface PaletteProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  counts: readonly FolderCount[];
  onFolder: (folder: string) => void;
  onSearch: (query: string) => void;
}

const item =
  'flex h-9 cursor-default items-center gap-2.5 rounded-md px-2.5 select-none data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:text-muted';
const group =
  '[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:text-muted';

export function Palette({ isOpen, onOpenChange, counts, onFolder, onSearch }: PaletteProps) {
  const [query, setQuery] = useState('');
  const close = () => {
    setQuery('');
    onOpenChange(false);
  };
  const run = (id: CommandId) => {
    close();
    // After the palette is gone, so that what opens keeps the focus.
    setTimeout(() => runCommand(id));
  };
  const { mailboxes, labels } = sidebarFolders(counts);
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => (open ? onOpenChange(true) : close())}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/25 animate-fade" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed top-[14vh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-xl border bg-raised shadow-2xl shadow-black/25 outline-none animate-fade"
        >
          <Radix.Title className="sr-only">{text.palette}</Radix.Title>
          <Command loop>
            <Command.Input
              value={query}
              onValueChange={setQuery}
              placeholder={text.paletteHint}
              aria-label={text.paletteHint}
              className="h-12 w-full border-b bg-transparent px-4 text-[15px] outline-none"
            />
            <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
              <Command.Empty className="p-3 text-muted">{text.paletteEmpty}</Command.Empty>
              {commandGroups.map((name) => {
                const own = commands.filter((one) => one.group === name && one.inPalette && isAvailable(one.id));
                if (own.length === 0) return null;
                return (
                  <Command.Group key={name} heading={name} className={group}>
                    {own.map(({ id, title, keys }) => (
                      <Command.Item key={id} value={`${title} ${id}`} className={item} onSelect={() => run(id)}>
                        <span className="flex-1">{title}</span>
                        {keys[0] !== undefined && <Kbd keys={keys[0]} />}
                      </Command.Item>
                    ))}
                  </Command.Group>
                );
              })}
              {mailboxes.length + labels.length > 0 && (
                <Command.Group heading={text.paletteFolders} className={group}>
                  {[...mailboxes, ...labels].map(({ id, name, path }) => (
                    <Command.Item
                      key={id}
                      value={`${path ?? name} ${id}`}
                      className={item}
                      onSelect={() => {
                        close();
                        onFolder(id);
                      }}
                    >
                      <Folder />
                      {path ?? name}
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
              {query.trim() !== '' && (
                <Command.Item
                  forceMount
                  value={`search ${query}`}
                  className={item}
                  onSelect={() => {
                    close();
                    onSearch(query.trim());
                  }}
                >
                  <Search />
                  {text.paletteSearch(query.trim())}
                </Command.Item>
              )}
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
