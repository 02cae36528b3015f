/** The editor of all that is sent: messages, signatures, templates. A paragraph is a line, here as in the mail. */
import { sanitizeForFrame } from '@postroom/mail-html/browser';
import { Link } from '@tiptap/extension-link';
import { Placeholder } from '@tiptap/extension-placeholder';
import type { Extensions } from '@tiptap/react';
import { StarterKit } from '@tiptap/starter-kit';
import { escapeHtml } from './quote.ts';

export function writingExtensions(placeholder: string): Extensions {
  return [
    StarterKit.configure({ link: false, heading: false, paragraph: { HTMLAttributes: { style: 'margin: 0' } } }),
    Link.configure({ openOnClick: false, protocols: ['mailto', 'tel'], defaultProtocol: 'https' }),
    Placeholder.configure({ placeholder }),
  ];
}

/** The element that one writes in. */
export const writingAttributes = (label: string, testId: string) => ({
  class: 'prose-compose',
  role: 'textbox',
  'aria-label': label,
  'aria-multiline': 'true',
  'data-testid': testId,
});

/** What is kept as markup, clean; what has none is text, line by line. */
export function markupOf(kept: string): string {
  if (/<[a-z][^<>]*>/i.test(kept)) return sanitizeForFrame(kept);
  const lines = kept.trim().split('\n').map(escapeHtml);
  return kept.trim() === '' ? '' : `<p>${lines.join('<br>')}</p>`;
}
