/** Content-Transfer-Encoding (RFC 2045 section 6), encoding only. */

/** The encodings the builder writes. */
export type TransferEncoding = '7bit' | '8bit' | 'quoted-printable' | 'base64';

/** Base64 in lines of 76. */
export function toBase64Lines(bytes: Buffer): string {
  return (bytes.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n');
}

/** Quoted-printable; CRLF in the bytes is a line end, anything else that is not plain is escaped. */
export function toQuotedPrintable(bytes: Buffer): string {
  return bytes.toString('latin1').split('\r\n').map(quoteLine).join('\r\n');
}

function quoteLine(line: string): string {
  const lines: string[] = [];
  let current = '';
  for (let index = 0; index < line.length; index++) {
    const code = line.charCodeAt(index);
    const blankAtEnd = (code === 0x20 || code === 0x09) && index === line.length - 1;
    const plain = (code >= 0x20 && code <= 0x7e && code !== 0x3d) || code === 0x09;
    const piece =
      plain && !blankAtEnd ? String.fromCharCode(code) : `=${code.toString(16).toUpperCase().padStart(2, '0')}`;
    if (current.length + piece.length > 75) {
      lines.push(`${current}=`);
      current = '';
    }
    current += piece;
  }
  return [...lines, current].join('\r\n');
}

/** The encoding that suits the bytes: as they are where that is allowed, else the more readable. */
export function suitableEncoding(bytes: Buffer): TransferEncoding {
  let longest = 0;
  let line = 0;
  let high = 0;
  for (const byte of bytes) {
    if (byte === 0x0a) line = 0;
    else longest = Math.max(longest, ++line);
    if (byte > 0x7e || byte === 0) high++;
  }
  if (high === 0 && longest <= 500) return '7bit';
  return high * 3 > bytes.length ? 'base64' : 'quoted-printable';
}

/** The bytes as they stand in the message. */
export function applyEncoding(bytes: Buffer, encoding: TransferEncoding): Buffer {
  if (encoding === 'base64') return Buffer.from(toBase64Lines(bytes), 'latin1');
  if (encoding === 'quoted-printable') return Buffer.from(toQuotedPrintable(bytes), 'latin1');
  return bytes;
}
