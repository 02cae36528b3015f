/**
 * Which types a stranger's file may be served as: what a browser shows or plays without running anything in it. HTML,
 * SVG, XML, MHTML and all that nobody thought of are octets.
 */

/** Raster pictures: the only files that may be shown in place. */
export const PICTURE_TYPES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

const PLAYABLE = [
  'audio/aac',
  'audio/flac',
  'audio/mp4',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'video/mp4',
  'video/ogg',
  'video/quicktime',
  'video/webm',
];

const SERVED: ReadonlyMap<string, string> = new Map([
  ...[...PICTURE_TYPES, 'application/pdf', ...PLAYABLE].map((type) => [type, type] as const),
  ['image/jpg', 'image/jpeg'],
  ['image/pjpeg', 'image/jpeg'],
  ['audio/mp3', 'audio/mpeg'],
  ['audio/x-wav', 'audio/wav'],
  ['text/plain', 'text/plain; charset=utf-8'],
]);

/** The Content-Type for a file that its sender calls so. */
export function servedType(mimeType: string): string {
  const bare = mimeType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return SERVED.get(bare) ?? 'application/octet-stream';
}
