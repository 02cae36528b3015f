/**
 * From the bytes of single parts to what is shown: the plain and the HTML rendering of a message. The same code serves
 * parts fetched singly and parts cut from the source.
 */
import { textToHtml, toPlainText } from '@postroom/mail-html';
import { decodeText } from './charsets.ts';
import { decodeFlowed } from './flowed.ts';
import type { BodyPart, PartsPlan } from './parts-plan.ts';
import { decodeTransfer, extractUuencoded, type UuencodedFile } from './transfer-encodings.ts';

/** How a part's bytes are to be read; a {@link BodyPart} fits. */
export interface PartEncoding {
  type: string;
  encoding?: string | undefined;
  charset?: string | undefined;
  flowed?: boolean | undefined;
  delsp?: boolean | undefined;
}

/** A decoded part: its bytes, and for text types the text. */
export interface DecodedPart {
  content: Buffer;
  text?: string;
}

/** A message's text and HTML; '' where it has none. */
export interface ComposedBody {
  text: string;
  html: string;
  /** Files that stood uuencoded in the text, by the part they were in. */
  files: { part: string; file: UuencodedFile }[];
}

/** Decodes the bytes of one part as IMAP gives them for its section. Never throws. */
export function decodePart(bytes: Uint8Array, { type, encoding, charset, flowed, delsp }: PartEncoding): DecodedPart {
  const { content, trailing } = decodeTransfer(bytes, encoding);
  if (!type.startsWith('text/')) return { content };
  const html = type === 'text/html';
  const main = decodeText(content, charset, { html });
  // QUIRK: mailing lists append a plain footer to base64 text; it is text all the same.
  const footer = trailing === undefined ? '' : decodeText(trailing, charset);
  const joined =
    footer === '' ? main : `${main}${html ? `<pre>${footer.replaceAll('<', '&lt;')}</pre>` : `\n${footer}`}`;
  const text = joined.replace(/\r\n?/g, '\n');
  return { content, text: flowed === true && !html ? decodeFlowed(text, delsp) : text };
}

/** Puts a message's renderings together from its parts. `read` gives the bytes of a part, undefined when it lacks. */
export function composeBody(plan: PartsPlan, read: (part: BodyPart) => Uint8Array | undefined): ComposedBody {
  const files: ComposedBody['files'] = [];
  const seen = new Map<string, string>();
  const textOf = (part: BodyPart): string => {
    const known = seen.get(part.part);
    if (known !== undefined) return known;
    const bytes = read(part);
    const text = bytes === undefined ? '' : (decodePart(bytes, part).text ?? '');
    const extracted = part.type === 'text/plain' ? extractUuencoded(text) : { text, files: [] };
    for (const file of extracted.files) files.push({ part: part.part, file });
    seen.set(part.part, extracted.text);
    return extracted.text;
  };
  const hasPlain = plan.textBody.some(({ type }) => type === 'text/plain');
  const hasHtml = plan.htmlBody.some(({ type }) => type === 'text/html');
  const text = hasPlain
    ? plan.textBody.map((part) => (part.type === 'text/html' ? toPlainText(textOf(part)) : textOf(part)))
    : [];
  const html = hasHtml
    ? plan.htmlBody.map((part) => (part.type === 'text/html' ? textOf(part) : textToHtml(textOf(part))))
    : [];
  return { text: text.join('\n'), html: html.join('\n'), files };
}
