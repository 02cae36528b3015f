/**
 * The HTML of messages (or their text as HTML) made safe: pictures by Content-ID from here, remote ones by the proxy. The
 * proxy's addresses are signed before for all that looks like a picture; where the cleaner meets another one it is signed
 * and the text is cleaned again, so that no markup is changed after it was cleaned.
 */
import { remoteUrl } from '@postroom/mail-html';
import type { Body } from '../../../engine/index/bodies.ts';
import type { Cleaned } from '../../../engine/reading/text-tasks.ts';
import type { TextWork } from '../../../engine/reading/text-work.ts';
import { MailError } from '../errors.ts';
import type { Attachment } from '../schemas.ts';

/** Makes the signed address of our image proxy for a remote picture in a message. */
export type SignImage = (messageId: string, url: string) => string;

export interface CleaningDeps {
  readonly textWork: TextWork;
  readonly signImage: SignImage;
}

/** Where there is no body. */
export const NO_BODY: Cleaned = { html: '', hasRemoteImages: false, isTruncated: false, unknownPictures: [] };

/** The clean body, or why it cannot be shown. */
export async function cleanBody(
  { textWork, signImage }: CleaningDeps,
  messageId: string,
  { body, attachments }: { readonly body: Body; readonly attachments: readonly Attachment[] },
): Promise<Cleaned | MailError> {
  const { html, text } = body;
  const inline = new Map(
    attachments.flatMap(({ contentId, attachmentId }): [string, string][] =>
      contentId ? [[contentId, attachmentUrl(messageId, attachmentId)]] : [],
    ),
  );
  try {
    const sign = (urls: readonly string[]) => urls.map((url): [string, string] => [url, signImage(messageId, url)]);
    const likely = sign(likelyPictures(html));
    const first = await textWork.run('clean', { html, text, inline, pictures: new Map(likely) });
    if (first.unknownPictures.length === 0) return first;
    const pictures = new Map([...likely, ...sign(first.unknownPictures)]);
    return await textWork.run('clean', { html, text, inline, pictures });
  } catch (error) {
    if (error instanceof MailError) return error;
    throw error;
  }
}

const PICTURE =
  /(?:src|background)\s{0,5}=\s{0,5}["']?\s{0,5}((?:https?:)?\/\/[^\s"'<>]{1,2000})|url\(\s{0,5}["']?((?:https?:)?\/\/[^\s"'<>()]{1,2000})/gi;
const MAX_LIKELY = 500;
const MAX_GUESSED = 512 * 1024;

/** What looks like the address of a picture. A guess: it is the cleaner that decides. */
function likelyPictures(html: string): string[] {
  const found = new Set<string>();
  for (const [, attribute, style] of html.slice(0, MAX_GUESSED).matchAll(PICTURE)) {
    const url = remoteUrl((attribute ?? style ?? '').replaceAll('&amp;', '&').replace(/^\/\//, 'https://'));
    if (url !== undefined) found.add(url);
    if (found.size === MAX_LIKELY) break;
  }
  return [...found];
}

function attachmentUrl(messageId: string, attachmentId: string): string {
  return `/api/messages/${messageId}/attachments/${encodeURIComponent(attachmentId)}`;
}
