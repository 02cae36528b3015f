/**
 * Subjects without their reply and forward prefixes (in the spirit of RFC 5256 section 2.1, with the prefixes that
 * mailers of other languages write). Bracketed list names stay: `[list] Re: x` becomes `[list] x`.
 */

const PREFIXES = [
  're',
  'r',
  'rif',
  'aw',
  'antw',
  'antwort',
  'sv',
  'vs',
  'ynt',
  'odp',
  'odpověď',
  'res',
  'rép',
  'atb',
  'vá',
  'bls',
  'απ',
  'σχετ',
  'отв',
  'ответ',
  '回复',
  '回覆',
  '答复',
  '答覆',
  '返信',
  '회신',
  '답장',
  'fw',
  'fwd',
  'wg',
  'wtr',
  'rv',
  'enc',
  'tr',
  'doorst',
  'vb',
  'vl',
  'i',
  'fs',
  'vd',
  'továbbítás',
  'pd',
  'i̇lt',
  'ilt',
  'πρθ',
  'пересл',
  '转发',
  '轉寄',
  '轉發',
  '転送',
  '전달',
];
const PREFIX = new RegExp(
  `^(?:${[...new Set(PREFIXES)].sort((a, b) => b.length - a.length).join('|')})\\s{0,3}(?:\\[\\d{1,5}\\]|\\(\\d{1,5}\\)|\\^\\d{1,5}|\\*\\d{1,5})?\\s{0,3}[:：]\\s*`,
  'iu',
);
const LIST = /^(\[[^\]]{1,80}\])\s*/;
const WRAPPED = /^\[\s*(?:fwd?|wg)\s*[:：]\s*(.*)\]$/iu;
const MAX_PREFIXES = 100;

/** The subject as it was before anybody replied or forwarded, for showing and for composing the next reply. */
export function baseSubject(subject: string | null | undefined): string {
  return strip(subject ?? '').base;
}

/** {@link baseSubject} folded for comparing: equal for messages of one conversation. */
export function canonicalSubject(subject: string | null | undefined): string {
  return baseSubject(subject).normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** Whether a subject carries a reply or forward prefix. */
export function isReplySubject(subject: string | null | undefined): boolean {
  return strip(subject ?? '').stripped;
}

function strip(subject: string): { base: string; stripped: boolean } {
  let rest = subject.slice(0, 2000).normalize('NFC').replace(/\s+/g, ' ').trim();
  let stripped = false;
  let lists = '';
  for (let i = 0; i < MAX_PREFIXES; i += 1) {
    const wrapped = WRAPPED.exec(rest)?.[1];
    const list = LIST.exec(rest);
    if (wrapped !== undefined) {
      rest = wrapped.trim();
      stripped = true;
    } else if (PREFIX.test(rest)) {
      rest = rest.replace(PREFIX, '');
      stripped = true;
    } else if (list !== null && PREFIX.test(rest.slice(list[0].length))) {
      const name = list[1] ?? '';
      if (!lists.includes(name)) lists += `${name} `;
      rest = rest.slice(list[0].length);
    } else if (/\(fwd\)$/i.test(rest)) {
      rest = rest.replace(/\s*\(fwd\)$/i, '');
      stripped = true;
    } else break;
  }
  if (lists !== '' && rest.startsWith(lists.trim())) lists = '';
  return { base: `${lists}${rest}`.trim(), stripped };
}
