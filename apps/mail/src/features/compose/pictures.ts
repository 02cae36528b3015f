/**
 * Pictures within the text: named by `cid:` in the message (RFC 2392), and by an address of this server, or of the browser,
 * while it is edited. A file whose picture stands in the text goes as part of it; any other is attached.
 */
import { parseInert } from '@postroom/mail-html/browser';

/** A file as far as it may be such a picture. */
export interface PictureFile {
  url?: string | undefined;
  contentId?: string | undefined;
}

function named(source: string): string {
  try {
    return decodeURIComponent(source.slice('cid:'.length));
  } catch {
    // A stray percent sign stands for itself.
    return source.slice('cid:'.length);
  }
}

const NAMED = /(<img\s[^<>]*?src\s*=\s*["']?)(cid:[^"'\s<>]+)/gi;

/** As it is edited. To be cleaned after it. */
export const showPictures = (html: string, files: readonly PictureFile[]): string =>
  html.replaceAll(NAMED, (whole, before: string, source: string) => {
    const url = files.find(({ contentId }) => contentId === named(source))?.url;
    return url === undefined ? whole : `${before}${url}`;
  });

/** As it is sent, and kept. `html`: of the editor. */
export function referToPictures(html: string, files: readonly PictureFile[]): string {
  if (!html.includes('<img')) return html;
  const { body } = parseInert(html);
  for (const picture of body.querySelectorAll('img[src]')) {
    const contentId = files.find(({ url }) => url === picture.getAttribute('src'))?.contentId;
    if (contentId !== undefined) picture.setAttribute('src', `cid:${encodeURIComponent(contentId)}`);
  }
  return body.innerHTML;
}

/** Whether that picture stands in what is sent. */
export const standsIn = (html: string, contentId: string): boolean =>
  html.includes(`cid:${encodeURIComponent(contentId)}`);

/** Pictures that every mail program shows. */
export const isPicture = ({ type }: { type: string }): boolean => /^image\/(?:png|jpeg|gif|webp)$/.test(type);
