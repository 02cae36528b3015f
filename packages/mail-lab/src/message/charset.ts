/**
 * Text to bytes in the charsets mail is written in. Node only decodes these; the tables here are its decoders turned
 * round. ISO-2022-JP (RFC 1468) is made from EUC-JP, whose two-byte codes are the same with the high bits set.
 */

/** Charsets the builder can write. */
export type Charset =
  | 'utf-8'
  | 'us-ascii'
  | 'iso-8859-1'
  | 'iso-8859-2'
  | 'iso-8859-15'
  | 'windows-1251'
  | 'windows-1252'
  | 'koi8-r'
  | 'gb18030'
  | 'gb2312'
  | 'big5'
  | 'euc-kr'
  | 'euc-jp'
  | 'shift_jis'
  | 'iso-2022-jp';

const tables = new Map<string, Map<string, Buffer>>();

function tableOf(charset: string): Map<string, Buffer> {
  const known = tables.get(charset);
  if (known) return known;
  const table = new Map<string, Buffer>();
  const decoder = new TextDecoder(charset, { fatal: true });
  const tryBytes = (bytes: Buffer): void => {
    let character: string;
    try {
      character = decoder.decode(bytes);
    } catch {
      return;
    }
    if ([...character].length === 1 && !table.has(character)) table.set(character, bytes);
  };
  for (let byte = 0; byte < 0x100; byte++) tryBytes(Buffer.from([byte]));
  if (!/^(iso-8859|windows-125|koi8)/.test(charset)) {
    for (let lead = 0x81; lead < 0xff; lead++) {
      for (let trail = 0x40; trail < 0xff; trail++) tryBytes(Buffer.from([lead, trail]));
    }
  }
  tables.set(charset, table);
  return table;
}

function encodeByTable(text: string, charset: string): Buffer {
  const table = tableOf(charset);
  const parts: Buffer[] = [];
  for (const character of text) {
    const bytes = table.get(character);
    if (!bytes) throw new RangeError(`${charset} has no ${JSON.stringify(character)}`);
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

function encodeIso2022Jp(text: string): Buffer {
  const parts: Buffer[] = [];
  let wide = false;
  for (const character of text) {
    const bytes = encodeByTable(character, 'euc-jp');
    if (bytes.length === 2 && bytes[0] === 0x8e)
      throw new RangeError(`iso-2022-jp has no ${JSON.stringify(character)}`);
    if ((bytes.length === 2) !== wide) {
      wide = !wide;
      parts.push(Buffer.from(wide ? '\x1b$B' : '\x1b(B', 'latin1'));
    }
    parts.push(wide ? Buffer.from(bytes.map((byte) => byte & 0x7f)) : bytes);
  }
  if (wide) parts.push(Buffer.from('\x1b(B', 'latin1'));
  return Buffer.concat(parts);
}

/** Encodes text; throws a RangeError for a character the charset does not have. */
export function encodeText(text: string, charset: Charset = 'utf-8'): Buffer {
  if (charset === 'utf-8') return Buffer.from(text, 'utf8');
  if (charset === 'iso-2022-jp') return encodeIso2022Jp(text);
  if (charset === 'iso-8859-1') return encodeLatin1(text);
  if (charset === 'us-ascii') return encodeLatin1(text, 0x7f);
  return encodeByTable(text, charset);
}

function encodeLatin1(text: string, highest = 0xff): Buffer {
  for (const character of text) {
    if ((character.codePointAt(0) ?? 0) > highest)
      throw new RangeError(`The charset has no ${JSON.stringify(character)}`);
  }
  return Buffer.from(text, 'latin1');
}
