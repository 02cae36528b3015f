/**
 * The HTML of messages (or their text as HTML) made safe: pictures by Content-ID from here, remote ones by the proxy. Where
 * the proxy's addresses are not known yet they are signed and the text is cleaned again, so that no markup is changed
 * after it was cleaned.
 */
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
    const first = await textWork.run('clean', { html, text, inline, pictures: new Map() });
    if (first.unknownPictures.length === 0) return first;
    const pictures = new Map(first.unknownPictures.map((url) => [url, signImage(messageId, url)]));
    return await textWork.run('clean', { html, text, inline, pictures });
  } catch (error) {
    if (error instanceof MailError) return error;
    throw error;
  }
}

function attachmentUrl(messageId: string, attachmentId: string): string {
  return `/api/messages/${messageId}/attachments/${encodeURIComponent(attachmentId)}`;
}
