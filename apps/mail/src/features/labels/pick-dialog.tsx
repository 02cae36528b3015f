/** A list that is filtered by typing: folders to move to, labels to put on. */
import { Command } from 'cmdk';
import { type ReactNode, useState } from 'react';
import { Dialog } from '../../components/ui/dialog.tsx';

export interface PickDialogProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: string;
  placeholder: string;
  empty: string;
  children: (query: string) => ReactNode;
}

export function PickDialog({ isOpen, onOpenChange, title, placeholder, empty, children }: PickDialogProps) {
  const [query, setQuery] = useState('');
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={(open) => {
        setQuery('');
        onOpenChange(open);
      }}
      title={title}
      className="max-w-sm"
    >
      <Command loop className="-mx-2">
        <Command.Input
          autoFocus
          value={query}
          onValueChange={setQuery}
          placeholder={placeholder}
          aria-label={placeholder}
          className="mx-2 mb-2 h-9 w-[calc(100%-1rem)] rounded-md border bg-surface px-3 outline-none focus-visible:border-accent"
        />
        <Command.List className="max-h-72 overflow-y-auto">
          <Command.Empty className="px-2 py-3 text-muted">{empty}</Command.Empty>
          {children(query.trim())}
        </Command.List>
      </Command>
    </Dialog>
  );
}

export const pickItem =
  'flex h-8 cursor-default items-center gap-2.5 rounded-md px-2 select-none data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted';
