/**
 * Remote pictures in a message's safe fragment stand as signed addresses of the image proxy. Until the reader asks for
 * them they are taken out here, in a document that loads nothing; DOMPurify comes after this, as the last step.
 */
import { parseInert } from '@postroom/mail-html/browser';

const PROXY = '/api/image?';

/** Whether there is anything that could be shown. */
export function hasProxiedImages(html: string): boolean {
  return html.includes(PROXY);
}

/** The fragment without the pictures of the proxy. */
export function withoutRemoteImages(html: string): string {
  if (!hasProxiedImages(html)) return html;
  const { body, head } = parseInert(html);
  for (const element of body.querySelectorAll('[src],[background]')) {
    for (const name of ['src', 'background']) {
      if (element.getAttribute(name)?.includes(PROXY)) element.removeAttribute(name);
    }
  }
  for (const element of body.querySelectorAll('[style]')) {
    if (element.getAttribute('style')?.includes(PROXY)) {
      element.setAttribute('style', withoutUrls(element.getAttribute('style') ?? ''));
    }
  }
  for (const sheet of [...head.querySelectorAll('style'), ...body.querySelectorAll('style')]) {
    sheet.textContent = withoutUrls(sheet.textContent);
    if (sheet.parentElement === head) body.prepend(sheet);
  }
  return body.innerHTML;
}

function withoutUrls(css: string): string {
  return css.replace(/url\(\s*(["']?)[^"')]*\/api\/image\?[^"')]*\1\s*\)/g, 'none');
}

/** Whether the message sets colours of its own, which only fit the background they were made for. */
export function hasOwnColors(html: string): boolean {
  return /\sbgcolor=|background(?:-color)?\s*:|<font[^>]+color=|[;"'\s]color\s*:/i.test(html);
}
