/**
 * Names of hosts as a reader sees them: the Unicode form of a punycode name (RFC 3492), which site a host belongs to, and
 * whether a name passes for another one. A site is decided without the list of public suffixes: two labels, three under
 * a short second level (`co.uk`). Where that is wrong, there is a warning too many, not one too few.
 */

const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const MAX_LABEL = 63;

/** The host with its punycode labels decoded; a label that cannot be decoded stays as it is. */
export function unicodeHost(host: string): string {
  return host
    .toLowerCase()
    .split('.')
    .map((label) => (label.startsWith('xn--') ? (decodeLabel(label.slice(4)) ?? label) : label))
    .join('.');
}

/** The part of a host that somebody registers. */
export function siteOf(host: string): string {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.');
  if (/^[\d.]+$|:/.test(host)) return host.toLowerCase();
  const isShortSecondLevel = /^(?:com?|ac|gov|edu|net|org|ne|or|go)$/.test(labels.at(-2) ?? '');
  return labels.slice(isShortSecondLevel && (labels.at(-1)?.length ?? 0) === 2 ? -3 : -2).join('.');
}

/** Letters of other scripts that look like a Latin one. */
const LATIN_FOR: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: 'аɑαａ',
    b: 'ЬƄｂ',
    c: 'сϲｃ',
    d: 'ԁɗｄ',
    e: 'еҽєｅ',
    f: 'ƒｆ',
    g: 'ɡցｇ',
    h: 'һհｈ',
    i: 'іıιɩｉ',
    j: 'јϳｊ',
    k: 'кκｋ',
    l: 'ӏІǀⅼｌ',
    m: 'мｍ',
    n: 'ոпռｎ',
    o: 'оοօσｏ',
    p: 'рρｐ',
    q: 'ԛգｑ',
    r: 'гᴦｒ',
    s: 'ѕꜱｓ',
    t: 'тτｔ',
    u: 'υսцｕ',
    v: 'ѵνｖ',
    w: 'ԝшωѡｗ',
    x: 'хχｘ',
    y: 'уүγｙ',
    z: 'ᴢｚ',
  }).flatMap(([latin, others]) => [...others].map((letter) => [letter.toLowerCase(), latin] as const)),
);

/**
 * The plain name that a host passes for, because letters of another script stand in it; undefined for an honest name,
 * which a name in another language is.
 */
export function passesFor(host: string): string | undefined {
  const shown = unicodeHost(host);
  if (/^[\p{ASCII}]*$/u.test(shown)) return undefined;
  const plain = [...shown].map((letter) => LATIN_FOR.get(letter) ?? letter).join('');
  return plain !== shown && /^[a-z0-9.-]+$/.test(plain) ? plain : undefined;
}

/** What is left when letters and digits that are easily mistaken are one. */
export function skeleton(host: string): string {
  return (passesFor(host) ?? unicodeHost(host))
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('cl', 'd')
    .replace(/[1|i]/g, 'l')
    .replaceAll('0', 'o')
    .replaceAll('5', 's')
    .replaceAll('-', '');
}

/** RFC 3492 section 6.2. */
function decodeLabel(encoded: string): string | undefined {
  if (encoded.length > MAX_LABEL) return undefined;
  const delimiter = encoded.lastIndexOf('-');
  const output = delimiter > 0 ? [...encoded.slice(0, delimiter)].map((char) => char.charCodeAt(0)) : [];
  let [n, i, bias] = [128, 0, 72];
  for (let at = delimiter > 0 ? delimiter + 1 : 0; at < encoded.length; ) {
    const before = i;
    let weight = 1;
    for (let k = BASE; ; k += BASE) {
      const digit = digitOf(encoded.charCodeAt(at));
      at += 1;
      if (digit === undefined) return undefined;
      i += digit * weight;
      const threshold = Math.min(Math.max(k - bias, T_MIN), T_MAX);
      if (digit < threshold) break;
      weight *= BASE - threshold;
    }
    const length = output.length + 1;
    bias = adapt(i - before, length, before === 0);
    n += Math.floor(i / length);
    i %= length;
    if (n > 0x10ffff || (n >= 0xd800 && n <= 0xdfff)) return undefined;
    output.splice(i, 0, n);
    i += 1;
  }
  return String.fromCodePoint(...output);
}

function digitOf(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 26;
  return code >= 0x61 && code <= 0x7a ? code - 0x61 : undefined;
}

function adapt(delta: number, length: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? 700 : 2));
  rest += Math.floor(rest / length);
  let k = 0;
  for (; rest > 455; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor((36 * rest) / (rest + 38));
}
