/** A message's text: pictures from the internet only when asked for, light or dark by choice. */
import { Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../../components/ui/button.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import type { ParsedMessage } from '../../lib/api.ts';
import { cn } from '../../lib/class-names.ts';
import { useStore } from '../../lib/external-store.ts';
import { nameOf } from '../../lib/format.ts';
import { threadText as text } from '../../lib/i18n/thread.ts';
import { useSaveSettings, useSettings } from '../../lib/settings.ts';
import { useIsDark } from '../../lib/theme.ts';
import { LinkDialog } from './link-dialog.tsx';
import { type DoubtfulLink, MessageFrame } from './message-frame.tsx';
import { hasOwnColors, hasProxiedImages } from './remote-images.ts';
import { imagesAskedFor, shownHtml, showsImages } from './shown-images.ts';
import { rawUrl } from './source-dialog.tsx';

function DownloadMessage({ id }: { id: string }) {
  return (
    <Button size="small" asChild>
      <a href={rawUrl(id)} download="message.eml">
        {text.download}
      </a>
    </Button>
  );
}

export function MessageBody({ message, onRetry }: { message: ParsedMessage; onRetry: () => void }) {
  const settings = useSettings();
  const save = useSaveSettings();
  const isAppDark = useIsDark();
  const asked = useStore(imagesAskedFor);
  const [doubtfulLink, setDoubtfulLink] = useState<DoubtfulLink>();
  const [isDarkChosen, setIsDarkChosen] = useState<boolean>();
  const { processedHtml, bodyError, sender, isTruncated } = message;
  const email = sender.email.toLowerCase();

  if (bodyError) {
    return (
      <Notice
        tone="warn"
        title={bodyError.message || text.bodyFailed}
        fix={bodyError.fix}
        action={
          bodyError.code === 'MESSAGE_TOO_LARGE' ? (
            <DownloadMessage id={message.id} />
          ) : (
            <Button size="small" onClick={onRetry}>
              {text.retry}
            </Button>
          )
        }
      />
    );
  }
  if (processedHtml.trim() === '') return <p className="text-muted">{text.noBody}</p>;
  const canShowImages = hasProxiedImages(processedHtml);
  const isShowing = showsImages(message, settings, asked);
  const isColored = hasOwnColors(processedHtml);
  const isDark = isAppDark && (isDarkChosen ?? !isColored);
  return (
    <>
      {isTruncated && (
        <Notice className="mb-3" title={text.truncatedMessage} action={<DownloadMessage id={message.id} />} />
      )}
      {canShowImages && !isShowing && (
        <div
          className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-lg bg-hover px-3 py-2 text-xs"
          data-testid="images-blocked"
        >
          <span className="min-w-56 flex-1 text-muted">{text.imagesBlocked}</span>
          <span className="flex flex-wrap gap-x-1">
            <Button size="small" onClick={() => imagesAskedFor.set((current) => new Set([...current, message.id]))}>
              {text.showImages}
            </Button>
            {email !== '' && (
              <Button
                size="small"
                variant="ghost"
                onClick={() => save({ trustedSenders: [...settings.trustedSenders, email] })}
              >
                <span className="max-w-56 truncate">{text.alwaysFrom(email)}</span>
              </Button>
            )}
          </span>
        </div>
      )}
      <div className={cn('group/body relative', isAppDark && !isDark && 'rounded-lg bg-white p-3')}>
        <MessageFrame
          html={shownHtml(message, isShowing)}
          title={text.messageFrame(nameOf(sender))}
          isDark={isDark}
          onDoubtfulLink={setDoubtfulLink}
        />
        {doubtfulLink && <LinkDialog link={doubtfulLink} onClose={() => setDoubtfulLink(undefined)} />}
        {isAppDark && (
          <IconButton
            label={isDark ? text.lightMode : text.darkMode}
            onClick={() => setIsDarkChosen(!isDark)}
            className={cn(
              'absolute top-0 right-0 opacity-0 group-hover/body:opacity-100 focus-visible:opacity-100',
              !isDark && 'text-neutral-600 hover:bg-neutral-200 hover:text-neutral-900',
            )}
          >
            {isDark ? <Sun /> : <Moon />}
          </IconButton>
        )}
      </div>
    </>
  );
}
