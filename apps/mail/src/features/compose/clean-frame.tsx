/** Markup that goes along with a message and is not edited: in a frame without scripts, as high as it is, to a limit. */
import { FRAME_SANDBOX, renderMessageFrame } from '@postroom/mail-html/browser';
import { useState } from 'react';
import { cn } from '../../lib/class-names.ts';
import { useIsDark } from '../../lib/theme.ts';

const MAX_HEIGHT = 256;

export function CleanFrame({ html, title, className }: { html: string; title: string; className?: string }) {
  const isDark = useIsDark();
  const [height, setHeight] = useState(48);
  return (
    <iframe
      title={title}
      sandbox={FRAME_SANDBOX}
      srcDoc={renderMessageFrame(html, {
        theme: isDark ? { colorScheme: 'dark', color: '#a3a9b3' } : { colorScheme: 'light', color: '#5f646d' },
      })}
      onLoad={({ currentTarget }) => setHeight(currentTarget.contentDocument?.body.scrollHeight ?? height)}
      className={cn('box-content', className)}
      style={{ height: Math.min(height, MAX_HEIGHT) }}
    />
  );
}
