/** Streams are decoded alike however they are cut. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTransfer } from '../mime/index.ts';
import { transferDecoder } from './transfer-decoder.ts';

const decode = (encoding: string | undefined, encoded: Buffer, size: number) => {
  const chunks = Array.from({ length: Math.ceil(encoded.length / size) }, (_, index) =>
    encoded.subarray(index * size, (index + 1) * size),
  );
  return buffer(Readable.from(chunks).pipe(transferDecoder(encoding)));
};

const lines = (text: string) => text.replace(/.{76}/g, '$&\r\n');

describe('base64', () => {
  const content = randomBytes(200_001);
  const encoded = Buffer.from(lines(content.toString('base64')));

  it.each([1, 2, 3, 76, 77, 4096, 49_152, 49_153, 1_000_000])(
    'is decoded alike in chunks of %d octets',
    async (size) => {
      expect((await decode('BASE64', encoded, size)).equals(content)).toBe(true);
    },
  );

  it('goes on after padding in the middle, where a mailer joined two parts', async () => {
    expect((await decode('base64', Buffer.from('YQ==\r\nYmM=\r\n'), 100)).toString()).toBe('abc');
  });

  it('passes over what is not of its alphabet', async () => {
    expect((await decode('base64', Buffer.from('a-G\0V*sbG8\r\n'), 3)).toString()).toBe('hello');
  });

  it('is what Node makes of it, whatever stands between and wherever it ends', async () => {
    const octet = fc.oneof(fc.constantFrom(...Buffer.from('AQgwaZ09+/')), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(octet), fc.integer({ min: 1, max: 9 }), async (octets, size) => {
        const encoded = Buffer.from(octets.filter((one) => one !== 0x3d));
        const expected = Buffer.from(encoded.toString('latin1').replace(/[^A-Za-z0-9+/]/g, ''), 'base64');
        expect(await decode('base64', encoded, size)).toEqual(expected);
      }),
    );
  });

  it('of nothing is nothing', async () => {
    expect((await decode('base64', Buffer.alloc(0), 1)).length).toBe(0);
  });
});

describe('quoted-printable', () => {
  it.each([1, 2, 3, 5, 100])('is decoded alike in chunks of %d octets', async (size) => {
    const encoded = Buffer.from('caf=C3=A9 au lait=\r\n, s=27il vous pla=C3=AEt\r\n');
    expect((await decode('quoted-printable', encoded, size)).toString()).toBe("café au lait, s'il vous plaît\r\n");
  });
});

it('quoted-printable in one line without end is decoded alike, and not kept until its end', async () => {
  const encoded = Buffer.from('caf=C3=A9 \t=20 '.repeat(40_000));
  const decoder = transferDecoder('quoted-printable');
  let written = 0;
  let read = 0;
  let mostKept = 0;
  decoder.on('data', (piece: Buffer) => {
    read += piece.length;
  });
  for (let at = 0; at < encoded.length; at += 4099) {
    const piece = encoded.subarray(at, at + 4099);
    written += piece.length;
    await new Promise((resolve) => decoder.write(piece, resolve));
    mostKept = Math.max(mostKept, written - read * 1.75);
  }
  expect(mostKept).toBeLessThan(100_000);
  const whole = decodeTransfer(encoded, 'quoted-printable').content;
  expect((await decode('quoted-printable', encoded, 4099)).equals(whole)).toBe(true);
});

it.each(['7bit', '8bit', 'binary', undefined])('%s passes as it is', async (encoding) => {
  const content = randomBytes(10_000);
  expect((await decode(encoding, content, 1000)).equals(content)).toBe(true);
});
