/** Any text: it is shown as it is, and nothing but the links made of it is markup. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { passesFor, siteOf, skeleton, unicodeHost } from './host-names.ts';
import { linkWarning } from './link-warning.ts';
import { textToHtml, toPlainText } from './text.ts';

const numRuns = process.env.SOAK === '1' ? 100_000 : 2000;
/** Fixed in `npm test`, so that a run says something about the change alone; any in a soak. */
const seed = process.env.SOAK === '1' ? undefined : 1;
const timeout = 600_000;

const piece = fc.oneof(
  fc.constantFrom(
    ...[
      'http://',
      'https://',
      'www.',
      'mailto:',
      'javascript:',
      'a@b.example',
      '@',
      '.example',
      'xn--',
      'xn--80ak6aa92e',
    ],
    ...[
      '<script>',
      '"',
      "'",
      '&',
      '&lt;',
      '&#60;',
      '<',
      '>',
      '(',
      ')',
      '[',
      ']',
      '\n',
      '\r\n',
      ' ',
      '\0',
      '\u202e',
      '_',
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));

const LINK = /<a href="(?:https?:\/\/|mailto:)[^"<>]*" target="_blank" rel="noopener noreferrer nofollow">|<\/a>/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

it(
  'becomes itself, and links',
  () => {
    fc.assert(
      fc.property(text, (source) => {
        const inner = textToHtml(source)
          .replace(/^<div style="[^"]*">|<\/div>$/g, '')
          .replace(LINK, '');
        expect(inner).not.toMatch(/[<>"']/);
        const shown = inner.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? '');
        expect(shown).toBe(source.replace(/\r\n?/g, '\n'));
      }),
      { numRuns, seed },
    );
  },
  timeout,
);

it(
  'is read as markup, as a host and as a link without a throw',
  () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        toPlainText(one);
        for (const host of [one, other]) for (const read of [unicodeHost, siteOf, passesFor, skeleton]) read(host);
        linkWarning(one, other);
        linkWarning(one, `https://${other}`);
      }),
      { numRuns, seed },
    );
  },
  timeout,
);
