/** What stands below the answer: collapsed, shown on demand in a frame without scripts, removable. */
import { Ellipsis, X } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../components/ui/button.tsx';
import { composeText as text } from '../../lib/i18n/compose.ts';
import { CleanFrame } from './clean-frame.tsx';

export function QuotedText({ html, onRemove }: { html: string; onRemove: () => void }) {
  const [isShown, setIsShown] = useState(false);
  return (
    <div className="px-3 pb-3">
      <div className="flex items-center gap-1">
        <button
          type="button"
          aria-expanded={isShown}
          aria-label={isShown ? text.hideQuoted : text.showQuoted}
          title={isShown ? text.hideQuoted : text.showQuoted}
          onClick={() => setIsShown(!isShown)}
          className="flex h-4 w-8 items-center justify-center rounded-full bg-hover text-muted hover:text-ink"
        >
          <Ellipsis className="size-4" />
        </button>
        {isShown && (
          <IconButton label={text.removeQuoted} onClick={onRemove}>
            <X />
          </IconButton>
        )}
      </div>
      {isShown && (
        <div className="mt-2 rounded border p-2">
          <CleanFrame html={html} title={text.quotedFrame} className="block w-full" />
        </div>
      )}
    </div>
  );
}
