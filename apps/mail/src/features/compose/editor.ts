/** The editor of all that is sent: messages, signatures, templates. A paragraph is a line, here as in the mail. */
import { hasMarkup, sanitizeForFrame, sanitizePasted } from '@postroom/mail-html/browser';
import { Link } from '@tiptap/extension-link';
import { Placeholder } from '@tiptap/extension-placeholder';
import type { EditorOptions, Extensions } from '@tiptap/react';
import { StarterKit } from '@tiptap/starter-kit';
import { contentOf } from './editor-html.ts';
import { Table, TableCell, TableHeader, TableRow } from './editor-nodes.ts';
import { escapeHtml } from './quote.ts';

export function writingExtensions(placeholder: string): Extensions {
  return [
    StarterKit.configure({ link: false, heading: false, paragraph: { HTMLAttributes: { style: 'margin: 0' } } }),
    Link.configure({ openOnClick: false, protocols: ['mailto', 'tel'], defaultProtocol: 'https' }),
    Placeholder.configure({ placeholder }),
    Table,
    TableRow,
    TableCell,
    TableHeader,
  ];
}

/** What an editor begins with. */
export const beginningWith = (html: string, extensions: Extensions) =>
  ({
    extensions,
    content: contentOf(html, extensions),
    // styles.css has them: the editor would write its own into the page as markup.
    injectCSS: false,
  }) satisfies Partial<EditorOptions>;

/** The element that one writes in, and what may be pasted there. */
export const writingProps = (label: string, testId: string) => ({
  attributes: {
    class: 'prose-compose',
    role: 'textbox',
    'aria-label': label,
    'aria-multiline': 'true',
    'data-testid': testId,
  },
  transformPastedHTML: sanitizePasted,
});

/** What is kept as markup, clean; what has none is text, line by line. */
export function markupOf(kept: string): string {
  if (hasMarkup(kept)) return sanitizeForFrame(kept);
  const lines = kept.trim().split('\n').map(escapeHtml);
  return kept.trim() === '' ? '' : `<p style="margin: 0">${lines.join('<br>')}</p>`;
}
