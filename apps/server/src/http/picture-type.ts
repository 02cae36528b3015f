/**
 * What a picture really is, by its first octets. Raster formats that every browser decodes; SVG, which is a program, and
 * everything else is no picture, whatever it is called.
 */
export type PictureType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';

/** The type of the picture, or null when it is none. */
export function pictureTypeOf(content: Buffer): PictureType | null {
  const starts = (magic: string, at = 0) =>
    content.subarray(at, at + magic.length).equals(Buffer.from(magic, 'latin1'));
  if (starts('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (starts('\xff\xd8\xff')) return 'image/jpeg';
  if (starts('GIF87a') || starts('GIF89a')) return 'image/gif';
  return starts('RIFF') && starts('WEBP', 8) ? 'image/webp' : null;
}
