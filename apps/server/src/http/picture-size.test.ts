import { describe, expect, it } from 'vitest';
import { pixelsOf } from './picture-size.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const png = (width: string, height: string) => hex(`89504e470d0a1a0a 0000000d 49484452 ${width} ${height} 0806000000`);
const padded = (content: Buffer) => Buffer.concat([content, Buffer.alloc(40)]);

describe('pixelsOf', () => {
  it.each([
    ['a small PNG', 'image/png', png('00000010', '00000020'), 512],
    ['a PNG that is a bomb', 'image/png', png('0000ffff', '0000ffff'), 4_294_836_225],
    ['a PNG without header', 'image/png', Buffer.from('\x89PNG\r\n\x1a\n and so on and so on', 'latin1'), null],
    ['a GIF', 'image/gif', hex('474946383961 1000 2000 000000'), 512],
    [
      'a JPEG with what comes before its frame',
      'image/jpeg',
      padded(hex('ffd8 ffe0 0004 0000 ffff db 0004 0000 ffc2 0011 08 0020 0010')),
      512,
    ],
    ['a JPEG whose tables are no frame', 'image/jpeg', padded(hex('ffd8 ffc4 0004 0000 ffc0 0011 08 0001 0001')), 1],
    ['a JPEG that ends before its frame', 'image/jpeg', hex('ffd8 ffe0 ffff 000000000000'), null],
    [
      'a WebP, lossy',
      'image/webp',
      padded(hex('52494646 00000000 57454250 56503820 00000000 000000 9d012a 1000 2000')),
      512,
    ],
    ['a WebP, lossless', 'image/webp', padded(hex('52494646 00000000 57454250 5650384c 00000000 2f 0fc00700')), 512],
    [
      'a WebP, extended',
      'image/webp',
      padded(hex('52494646 00000000 57454250 56503858 00000000 00000000 0f0000 1f0000')),
      512,
    ],
  ] as const)('%s', (_, type, content, pixels) => {
    expect(pixelsOf(type, content)).toBe(pixels);
  });
});
