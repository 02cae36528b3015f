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

/** Other sources for pictures; those that are given none stay as they are. */
function withSources(html: string, sourceOf: (source: string) => string | undefined): string {
  if (!/<img/i.test(html)) return html;
  const { body } = parseInert(html);
  for (const picture of body.querySelectorAll('img[src]')) {
    const source = sourceOf(picture.getAttribute('src') ?? '');
    if (source !== undefined) picture.setAttribute('src', source);
  }
  return body.innerHTML;
}

/** As it is edited. */
export const showPictures = (html: string, files: readonly PictureFile[]): string =>
  withSources(html, (source) =>
    /^cid:/i.test(source) ? files.find(({ contentId }) => contentId === named(source))?.url : undefined,
  );

/** As it is sent, and kept. */
export const referToPictures = (html: string, files: readonly PictureFile[]): string =>
  withSources(html, (source) => {
    const contentId = files.find(({ url }) => url === source)?.contentId;
    return contentId === undefined ? undefined : `cid:${encodeURIComponent(contentId)}`;
  });

/** Whether that picture stands in what is sent. */
export const standsIn = (html: string, contentId: string): boolean =>
  html.includes(`cid:${encodeURIComponent(contentId)}`);

/** Pictures that every mail program shows. */
export const isPicture = ({ type }: { type: string }): boolean => /^image\/(?:png|jpeg|gif|webp)$/.test(type);
