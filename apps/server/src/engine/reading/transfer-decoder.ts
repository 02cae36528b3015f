/**
 * Content-Transfer-Encoding (RFC 2045 §6) undone on a stream, in constant memory: base64 by groups of four, quoted-printable
 * by lines; where a line does not end (76 octets are allowed, §6.7) in pieces. Anything else passes as it is.
 */
import { Transform, type TransformCallback } from 'node:stream';
import { decodeTransfer } from '../mime/index.ts';

/** A stream from encoded to decoded octets. */
export function transferDecoder(encoding: string | undefined): Transform {
  switch (encoding?.toLowerCase()) {
    case 'base64':
      return base64Decoder();
    case 'quoted-printable':
      return lineDecoder('quoted-printable');
    default:
      return new Transform({ transform: (chunk: Buffer, _encoding, done) => done(null, chunk) });
  }
}

const PADDING = 0x40;
/** What is not of the alphabet is skipped (§6.8). */
const NOTHING = 0x80;
/** Of each octet: six bits, or one of these. */
const MEANING = new Uint8Array(256).fill(NOTHING);
for (const [bits, octet] of Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/').entries()) {
  MEANING[octet] = bits;
}
MEANING[0x3d] = PADDING;

/** Of the group that is not whole yet: its bits, and how many characters they are of. */
interface Group {
  bits: number;
  characters: number;
}

/**
 * From octets to octets: the strings of a large file would pile up until they are collected. Padding in the middle (parts
 * joined by some mailers) ends a run, not the file.
 */
function base64Decoder(): Transform {
  const group: Group = { bits: 0, characters: 0 };
  return new Transform({
    transform: (chunk: Buffer, _encoding, done: TransformCallback) => done(null, decodeBase64(chunk, group)),
    flush: (done) => done(null, decodeBase64(Buffer.from('='), group)),
  });
}

function decodeBase64(chunk: Buffer, group: Group): Buffer {
  const out = Buffer.allocUnsafe(Math.ceil((chunk.length * 3) / 4) + 3);
  let { bits, characters } = group;
  let to = 0;
  for (let at = 0; at < chunk.length; at += 1) {
    const meaning = MEANING[chunk[at] as number] as number;
    if (meaning === NOTHING) continue;
    if (meaning < PADDING) {
      bits = (bits << 6) | meaning;
      characters += 1;
      if (characters < 4) continue;
      out[to++] = bits >> 16;
      out[to++] = bits >> 8;
      out[to++] = bits;
    } else {
      if (characters > 1) out[to++] = bits >> (characters === 2 ? 4 : 10);
      if (characters > 2) out[to++] = bits >> 2;
    }
    bits = 0;
    characters = 0;
  }
  group.bits = bits;
  group.characters = characters;
  return out.subarray(0, to);
}

/** Octets of one line that are kept until its end comes. */
const MAX_LINE = 64 * 1024;

/** Where decoding may stop: behind the last whole line, or in a line without end where nothing is torn. */
function endOfWhole(octets: Buffer): number {
  const end = octets.lastIndexOf(0x0a) + 1;
  if (octets.length - end <= MAX_LINE) return end;
  // Spaces count or do not by what follows them, and `=` needs what follows it.
  for (let at = octets.length; at > octets.length - MAX_LINE; at -= 1) {
    const isSpace = /\s/.test(String.fromCharCode(octets[at - 1] ?? 0));
    if (!isSpace && octets[at - 1] !== 0x3d && octets[at - 2] !== 0x3d) return at;
  }
  return octets.length;
}

function lineDecoder(encoding: string): Transform {
  let carry = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      const bytes = Buffer.concat([carry, chunk]);
      const end = endOfWhole(bytes);
      carry = bytes.subarray(end);
      done(null, Buffer.from(decodeTransfer(bytes.subarray(0, end), encoding).content));
    },
    flush(done) {
      done(null, Buffer.from(decodeTransfer(carry, encoding).content));
    },
  });
}
