/**
 * The few words of a message that a list shows: the newest text, without quotes, signature, invisible filler and the
 * addresses of links.
 */
import { toPlainText } from '@postroom/mail-html';

const MAX_SNIPPET = 200;
const MAX_SOURCE = 32 * 1024;
const MAX_HTML = 128 * 1024;
/** Characters that show nothing, which newsletters use to pad their preview line. */
const INVISIBLE =
  /\u034f|\u17b4|\u17b5|[\u180b-\u180d]|[\ufe00-\ufe0f]|[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb]/gu;
/** Joiners mean something between letters and in emoji, and nothing elsewhere. */
const LOOSE_JOINER =
  /(?<![\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d]|[\u200c\u200d](?![\p{L}\p{M}\p{Extended_Pictographic}])/gu;
const ATTRIBUTION =
  /^\s*(?:(?:on\b.{4,200}\bwrote|am\b.{4,200}\bschrieb|le\b.{4,200}\ba écrit|el\b.{4,200}\bescribió|il\b.{4,200}\bha scritto|op\b.{4,200}\bschreef)\b.{0,80}|.{4,200}(?:写道|のメール|писал|писала))\s*[:：]\s*$/iu;
const SEPARATOR =
  /^\s*(?:-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|message d'origine|mensaje original)\s*-{2,}|_{20,})\s*$/i;

/** What a snippet is made of; plain text is preferred where it says something. */
export interface SnippetSource {
  text?: string | undefined;
  html?: string | undefined;
}

/** At most 200 characters of the message's own words. A string is taken as plain text. */
export function snippet(source: string | SnippetSource): string {
  const { text = '', html = '' } = typeof source === 'string' ? { text: source } : source;
  const own = condense(ownWords(text.slice(0, MAX_SOURCE)));
  if (own !== '') return own;
  const fromHtml = html === '' ? '' : htmlToText(html);
  return condense(ownWords(fromHtml)) || condense(text.slice(0, MAX_SOURCE)) || condense(fromHtml);
}

/** Plain text of HTML, as far as a preview or an index needs it. */
export function htmlToText(html: string): string {
  return toPlainText(html.slice(0, MAX_HTML));
}

function ownWords(text: string): string {
  const kept: string[] = [];
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  for (const [i, line] of lines.entries()) {
    if (line.trimEnd() === '--' && (line === '-- ' || i > 0)) break;
    if (SEPARATOR.test(line) && kept.some((before) => before.trim() !== '')) break;
    if (line.startsWith('>')) continue;
    if (ATTRIBUTION.test(line)) continue;
    // QUIRK: a long attribution is folded onto a second line.
    const next = lines[i + 1];
    if (
      next !== undefined &&
      line.length < 200 &&
      /^\s*(?:on|am|le|el|il|op)\b/i.test(line) &&
      ATTRIBUTION.test(`${line} ${next.slice(0, 200)}`)
    ) {
      lines[i + 1] = '';
      continue;
    }
    kept.push(line);
  }
  return kept.join('\n');
}

function condense(text: string): string {
  const flat = text
    .replace(/<(?:https?|mailto):[^\s<>]{0,4000}>/gi, ' ')
    .replace(INVISIBLE, '')
    .replace(LOOSE_JOINER, '')
    .replace(/[\s\p{Z}]+/gu, ' ')
    .replace(/[-=_*~#]{4,}/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  const characters = [...flat.slice(0, MAX_SNIPPET * 3)];
  return characters.length <= MAX_SNIPPET
    ? characters.join('')
    : `${characters
        .slice(0, MAX_SNIPPET - 1)
        .join('')
        .trimEnd()}…`;
}
