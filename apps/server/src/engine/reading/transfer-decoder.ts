/**
 * Content-Transfer-Encoding (RFC 2045 §6) undone on a stream, in constant memory: base64 by groups of four, quoted-printable
 * by lines; where a line does not end (76 octets are allowed, §6.7) in pieces. Anything else passes as it is.
 */
import { Transform, type TransformCallback } from 'node:stream';
import { decodeTransfer } from '../mime/index.ts';

/** What is not of the base64 alphabet is skipped (§6.8); `=` ends a group. */
const NOT_BASE64 = /[^A-Za-z0-9+/=]/g;

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

/** Octets decoded at once: strings so small are freed soon, those of a whole chunk would pile up. */
const SLICE = 48 * 1024;

function base64Decoder(): Transform {
  let carry = '';
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      for (let at = 0; at < chunk.length; at += SLICE) {
        const text = carry + chunk.toString('latin1', at, at + SLICE).replace(NOT_BASE64, '');
        const whole = text.length - (text.length % 4);
        carry = text.slice(whole);
        if (whole > 0) this.push(decodeGroups(text.slice(0, whole)));
      }
      done();
    },
    flush(done) {
      done(null, decodeGroups(carry));
    },
  });
}

/** Padding in the middle (parts joined by some mailers) ends a run, not the file. */
function decodeGroups(text: string): Buffer {
  if (!/=[^=]/.test(text)) return Buffer.from(text, 'base64');
  return Buffer.concat(text.split(/(?<==)(?=[^=])/).map((run) => Buffer.from(run, 'base64')));
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
