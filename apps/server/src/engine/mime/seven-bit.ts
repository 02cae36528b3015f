/**
 * A frozen message for a server that takes seven bits alone (no 8BITMIME, RFC 6152). All that is built is ASCII but for
 * messages within the message, which must not be encoded (RFC 2046 §5.2.1): there they become `message/global`, which may be
 * (RFC 6532 §3.7), and keep every octet.
 */
import type { FrozenMessage } from './frozen.ts';
import { type MimePart, splitParts } from './parts.ts';

/** The same in seven bits; undefined where it is so already. */
export function inSevenBits({ octets, files }: FrozenMessage): FrozenMessage | undefined {
  const parts = splitParts(octets).leaves.filter(({ encoding }) => encoding === '8bit');
  if (parts.length === 0) return undefined;
  const pieces: Buffer[] = [];
  let position = 0;
  let moved = files.map((file) => ({ ...file }));
  for (const part of parts) {
    const header = headerStart(octets, part);
    const encoded = encodePart(octets, header, part);
    const growth = encoded.length - (part.end - header);
    moved = moved.map((file, index) => ({
      ...file,
      at: file.at + ((files[index]?.at ?? 0) >= part.end ? growth : 0),
    }));
    pieces.push(octets.subarray(position, header), encoded);
    position = part.end;
  }
  return { octets: Buffer.concat([...pieces, octets.subarray(position)]), files: moved };
}

function headerStart(octets: Buffer, { bodyStart, headers }: MimePart): number {
  const first = headers.fields[0];
  const start = first === undefined ? -1 : octets.lastIndexOf(`\r\n${first.name}:`, bodyStart);
  return start === -1 ? bodyStart : start + 2;
}

function encodePart(octets: Buffer, start: number, { bodyStart, end }: MimePart): Buffer {
  const header = octets
    .toString('latin1', start, bodyStart)
    .replace(/^Content-Type: *message\/rfc822/im, 'Content-Type: message/global')
    .replace(/^Content-Transfer-Encoding: *8bit/im, 'Content-Transfer-Encoding: base64');
  const body = octets.toString('base64', bodyStart, end).replace(/.{76}(?=.)/g, '$&\r\n');
  return Buffer.from(`${header}${body}`, 'latin1');
}
