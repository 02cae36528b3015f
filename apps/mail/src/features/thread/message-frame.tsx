/**
 * A message's markup in a frame without scripts: the safe fragment, cleaned once more by DOMPurify, straight into
 * `srcdoc`. From outside the frame is only measured, keys pressed in it are passed on, and a link that does not go where it
 * says is held until the reader has been asked.
 */
import { FRAME_SANDBOX, renderMessageFrame } from '@postroom/mail-html/browser';
import { type LinkWarning, linkWarning } from '@postroom/mail-html/link-warning';
import { useEffect, useMemo, useRef, useState } from 'react';

export interface MessageFrameProps {
  html: string;
  title: string;
  isDark: boolean;
  onDoubtfulLink: (link: DoubtfulLink) => void;
}

/** A link that was clicked and not followed. */
export interface DoubtfulLink extends LinkWarning {
  readonly href: string;
}

const LIGHT = { colorScheme: 'light', background: '#ffffff', color: '#1c1e22', link: '#3151c9' } as const;
const DARK = { colorScheme: 'dark', background: '#191b1f', color: '#e6e7ea', link: '#9db1ff' } as const;

function passOnKey(event: KeyboardEvent) {
  const copy = new KeyboardEvent('keydown', event);
  if (!window.dispatchEvent(copy) || copy.defaultPrevented) event.preventDefault();
}

/** The link that was clicked, where it does not go where it says. */
function doubtfulLink(event: Event): DoubtfulLink | undefined {
  const target = event.target as Element | null;
  const link = target?.closest?.('a[href]');
  const href = link?.getAttribute('href');
  if (!link || !href) return undefined;
  const warning = linkWarning(link.textContent, href);
  return warning && { ...warning, href };
}

export function MessageFrame({ html, title, isDark, onDoubtfulLink }: MessageFrameProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(60);
  const srcDoc = useMemo(() => renderMessageFrame(html, { theme: isDark ? DARK : LIGHT }), [html, isDark]);

  const ask = useRef(onDoubtfulLink);
  useEffect(() => {
    ask.current = onDoubtfulLink;
  });

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    let observer: ResizeObserver | undefined;
    const holdLink = (event: Event) => {
      const link = doubtfulLink(event);
      if (!link) return;
      event.preventDefault();
      ask.current(link);
    };
    const watch = () => {
      const page = element.contentDocument;
      if (!page?.body) return;
      observer?.disconnect();
      const measure = () => setHeight(Math.ceil(page.body.getBoundingClientRect().height) + 1);
      page.documentElement.style.setProperty('overflow-y', 'hidden', 'important');
      observer = new ResizeObserver(measure);
      observer.observe(page.body);
      page.addEventListener('keydown', passOnKey);
      page.addEventListener('click', holdLink);
      // The middle button opens a link too.
      page.addEventListener('auxclick', holdLink);
      measure();
    };
    watch();
    element.addEventListener('load', watch);
    return () => {
      observer?.disconnect();
      element.removeEventListener('load', watch);
    };
  }, []);

  return (
    <iframe
      ref={frame}
      title={title}
      sandbox={FRAME_SANDBOX}
      srcDoc={srcDoc}
      data-testid="message-frame"
      className="block w-full border-0"
      style={{ height }}
    />
  );
}
