/** What stands below the answer: collapsed, shown on demand in a frame without scripts, removable. */
import { FRAME_SANDBOX, renderMessageFrame } from '@postroom/mail-html/browser';
import { Ellipsis, X } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../components/ui/button.tsx';
import { composeText as text } from '../../lib/i18n/compose.ts';
import { useIsDark } from '../../lib/theme.ts';

export function QuotedText({ html, onRemove }: { html: string; onRemove: () => void }) {
  const [isShown, setIsShown] = useState(false);
  const isDark = useIsDark();
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
        <iframe
          title={text.quotedFrame}
          sandbox={FRAME_SANDBOX}
          srcDoc={renderMessageFrame(html, {
            theme: isDark ? { colorScheme: 'dark', color: '#a3a9b3' } : { colorScheme: 'light', color: '#5f646d' },
          })}
          className="mt-2 h-64 w-full rounded border"
        />
      )}
    </div>
  );
}
