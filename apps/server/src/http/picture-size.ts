/**
 * How large a picture becomes when it is decoded, from its header alone: a few kilobytes can stand for gigabytes of
 * pixels. PNG, GIF, JPEG (the first frame header) and WebP (all three kinds).
 */
import type { PictureType } from './picture-type.ts';

/** Width times height; null where the header does not say. */
export function pixelsOf(type: PictureType, content: Buffer): number | null {
  const size = READERS[type](content);
  return size && size.width * size.height;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const READERS: Readonly<Record<PictureType, (content: Buffer) => Size | null>> = {
  'image/png': (content) =>
    content.length >= 24 && content.toString('latin1', 12, 16) === 'IHDR'
      ? { width: content.readUInt32BE(16), height: content.readUInt32BE(20) }
      : null,
  'image/gif': (content) =>
    content.length >= 10 ? { width: content.readUInt16LE(6), height: content.readUInt16LE(8) } : null,
  'image/jpeg': jpegSize,
  'image/webp': webpSize,
};

/** Walks the marker segments to the first start of frame (ITU T.81 B.2.2). */
function jpegSize(content: Buffer): Size | null {
  for (let at = 2; at + 9 < content.length; ) {
    if (content[at] !== 0xff) return null;
    const marker = content[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isStandalone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: content.readUInt16BE(at + 5), width: content.readUInt16BE(at + 7) };
    at += isStandalone ? 2 : 2 + Math.max(2, content.readUInt16BE(at + 2));
  }
  return null;
}

function webpSize(content: Buffer): Size | null {
  if (content.length < 30) return null;
  switch (content.toString('latin1', 12, 16)) {
    case 'VP8X':
      return { width: content.readUIntLE(24, 3) + 1, height: content.readUIntLE(27, 3) + 1 };
    case 'VP8L': {
      const bits = content.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8 ':
      return { width: content.readUInt16LE(26) & 0x3fff, height: content.readUInt16LE(28) & 0x3fff };
    default:
      return null;
  }
}
