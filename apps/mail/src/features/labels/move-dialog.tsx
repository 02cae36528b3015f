/** Chooses the folder that conversations move to. */
import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { Folder } from 'lucide-react';
import { trpc } from '../../lib/api.ts';
import { labelsText as text } from '../../lib/i18n/labels.ts';
import { PickDialog, pickItem } from './pick-dialog.tsx';

export interface MoveDialogProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  connectionId: string | undefined;
  folder: string;
  onMove: (to: { id: string; name: string }) => void;
}

const NO_TARGETS = new Set(['sent', 'draft']);

export function MoveDialog({ isOpen, onOpenChange, connectionId, folder, onMove }: MoveDialogProps) {
  const { data = [] } = useQuery(trpc.mail.count.queryOptions({ connectionId }, { enabled: isOpen }));
  const targets = data.filter(({ id, path }) => path !== null && id !== folder && !NO_TARGETS.has(id));
  return (
    <PickDialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title={text.moveTitle}
      placeholder={text.filterFolders}
      empty={text.noMatch}
    >
      {() =>
        targets.map((target) => (
          <Command.Item
            key={target.id}
            value={`${target.role ? target.label : (target.path ?? target.label)} ${target.id}`}
            className={pickItem}
            onSelect={() => {
              onOpenChange(false);
              onMove({ id: target.id, name: target.label });
            }}
          >
            <Folder aria-hidden="true" />
            <span className="truncate">{target.role ? target.label : target.path}</span>
          </Command.Item>
        ))
      }
    </PickDialog>
  );
}
