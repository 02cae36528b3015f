/** Stands above the list while conversations are selected. */
import { CheckCheck, X } from 'lucide-react';
import { IconButton } from '../../components/ui/button.tsx';
import { inboxText as text } from '../../lib/i18n/inbox.ts';
import { ActionBar } from '../actions/index.ts';
import type { Mailbox } from './use-mailbox.ts';

export function SelectionBar({ mailbox, folder }: { mailbox: Mailbox; folder: string }) {
  const { selected, targets, dispatch, actOn, setPicker } = mailbox;
  return (
    <div
      className="flex h-11 shrink-0 items-center gap-1 border-b bg-selected px-2 animate-fade"
      data-testid="selection-bar"
    >
      <IconButton label={text.clearSelection} keys="Escape" onClick={() => dispatch({ type: 'clear' })}>
        <X />
      </IconButton>
      <span className="mr-1 font-medium whitespace-nowrap tabular-nums" aria-live="polite">
        {text.selected(selected.size)}
      </span>
      <IconButton label={text.selectAll} keys="$mod+a" onClick={() => dispatch({ type: 'selectAll' })}>
        <CheckCheck />
      </IconButton>
      <span className="min-w-0 flex-1" />
      <div className="min-w-0 overflow-x-auto">
        <ActionBar
          folder={folder}
          hasUnread={targets.some(({ unreadCount }) => unreadCount > 0)}
          isStarred={targets.some(({ starred }) => starred)}
          onAct={(action) => actOn([...selected], action)}
          onPick={setPicker}
        />
      </div>
    </div>
  );
}
