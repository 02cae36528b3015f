/** The buttons for conversations: above the reader, and for a selection. */
import { Archive, Clock, FolderInput, Mail, MailOpen, OctagonAlert, Star, Tag, Trash2, Undo2 } from 'lucide-react';
import { IconButton } from '../../components/ui/button.tsx';
import { actionsText as text } from '../../lib/i18n/actions.ts';

export type Picker = 'label' | 'move' | 'snooze';
export type SimpleAction =
  | 'archive'
  | 'delete'
  | 'spam'
  | 'notSpam'
  | 'read'
  | 'unread'
  | 'star'
  | 'unstar'
  | 'unsnooze';

export interface ActionBarProps {
  folder: string;
  hasUnread: boolean;
  isStarred: boolean;
  onAct: (action: SimpleAction) => void;
  onPick: (picker: Picker) => void;
}

export function ActionBar({ folder, hasUnread, isStarred, onAct, onPick }: ActionBarProps) {
  return (
    <div className="flex items-center" role="toolbar" aria-label={text.more}>
      {folder === 'snoozed' ? (
        <IconButton label={text.unsnooze} onClick={() => onAct('unsnooze')}>
          <Undo2 />
        </IconButton>
      ) : (
        !['archive', 'spam', 'bin', 'sent'].includes(folder) && (
          <IconButton label={text.archive} keys="e" onClick={() => onAct('archive')}>
            <Archive />
          </IconButton>
        )
      )}
      <IconButton label={folder === 'bin' ? text.deleteForever : text.delete} keys="#" onClick={() => onAct('delete')}>
        <Trash2 />
      </IconButton>
      {folder === 'spam' ? (
        <IconButton label={text.notSpam} onClick={() => onAct('notSpam')}>
          <Undo2 />
        </IconButton>
      ) : (
        <IconButton label={text.spam} keys="!" onClick={() => onAct('spam')}>
          <OctagonAlert />
        </IconButton>
      )}
      <span aria-hidden="true" className="mx-1 h-4 w-px bg-line" />
      <IconButton
        label={hasUnread ? text.markRead : text.markUnread}
        keys={hasUnread ? 'Shift+i' : 'Shift+u'}
        onClick={() => onAct(hasUnread ? 'read' : 'unread')}
      >
        {hasUnread ? <MailOpen /> : <Mail />}
      </IconButton>
      <IconButton
        label={isStarred ? text.unstar : text.star}
        keys="s"
        onClick={() => onAct(isStarred ? 'unstar' : 'star')}
      >
        <Star className={isStarred ? 'fill-star text-star' : undefined} />
      </IconButton>
      <IconButton label={text.snooze} keys="b" onClick={() => onPick('snooze')}>
        <Clock />
      </IconButton>
      <span aria-hidden="true" className="mx-1 h-4 w-px bg-line" />
      <IconButton label={text.move} keys="v" onClick={() => onPick('move')}>
        <FolderInput />
      </IconButton>
      <IconButton label={text.label} keys="l" onClick={() => onPick('label')}>
        <Tag />
      </IconButton>
    </div>
  );
}
