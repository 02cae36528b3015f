/**
 * Names of files in headers (RFC 6266): an ASCII form for old clients and the exact one by RFC 8187. What may stand in
 * a name at all (no path, no control or bidirectional characters) is decided by engine/mime/filenames.ts.
 */
import { safeFilename } from '../engine/mime/index.ts';

export interface DispositionOptions {
  readonly kind: 'attachment' | 'inline';
  readonly filename: string;
  /** Decides the name of a file that has none. */
  readonly mimeType: string;
}

/** The value of `Content-Disposition`. */
export function contentDisposition({ kind, filename, mimeType }: DispositionOptions): string {
  const name = safeFilename(filename, mimeType);
  return `${kind}; filename="${asciiOf(name)}"; filename*=UTF-8''${extendedValue(name)}`;
}

/** Accents fall off, everything else that is not plain becomes `_`; `%` too, which some clients would decode. */
function asciiOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]|["\\%]/gu, '_');
}

/** RFC 8187 `value-chars`: what encodeURIComponent leaves, without `!` `'` `(` `)` `*`. */
function extendedValue(name: string): string {
  return encodeURIComponent(name).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
