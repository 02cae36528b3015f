/** How the saving of a draft stands: a word in the bar, and what is to be done when two windows have it. */
import { Button } from '../../components/ui/button.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { cn } from '../../lib/class-names.ts';
import { formatClock } from '../../lib/format.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';
import type { SaveState } from './autosave.ts';

export function ConflictNotice(props: {
  draftId: string;
  onOpen: (draftId: string) => Promise<void>;
  onKeep: () => Promise<void>;
}) {
  const { draftId, onOpen, onKeep } = props;
  return (
    <Notice
      tone="warn"
      className="mx-3 mb-2"
      title={text.conflict}
      fix={
        <>
          {text.conflictFix}
          <span className="mt-2 flex flex-wrap gap-1">
            <Button size="small" onClick={() => void onOpen(draftId)}>
              {text.openNewer}
            </Button>
            <Button size="small" onClick={() => void onKeep()}>
              {text.keepMine}
            </Button>
          </span>
        </>
      }
    />
  );
}

export function SaveLine({ state }: { state: SaveState }) {
  const words = {
    idle: '',
    saving: text.saving,
    saved: state.type === 'saved' ? text.saved(formatClock(state.at)) : '',
    failed: text.saveFailed,
    conflict: text.saveFailed,
  };
  return (
    <span
      role="status"
      data-testid="save-state"
      className={cn(
        'ml-auto px-2 text-xs',
        state.type === 'failed' || state.type === 'conflict' ? 'text-danger' : 'text-muted',
      )}
    >
      {words[state.type]}
    </span>
  );
}
