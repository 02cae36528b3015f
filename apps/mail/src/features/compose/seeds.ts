/** What a composer starts from: nothing, a message that is answered, or a stored draft. */
import type { Address, Draft, ParsedMessage } from '../../lib/api.ts';
import type { SavedDraft } from './autosave.ts';
import { escapeHtml, quotedPart, splitDraft } from './quote.ts';
import { type ReplyMode, replyRecipients, replySubject } from './recipients.ts';
import type { Reminder } from './reminder.ts';

/** A file of another message that the new one carries along. */
export interface CarriedFile {
  url: string;
  name: string;
  type: string;
  size: number;
  /** It may stand in the text (pictures.ts). */
  contentId?: string | undefined;
  /** It lies where uploads lie already. */
  uploadId?: string | undefined;
}

export interface ComposeSeed {
  /** Its place among the windows. */
  key: string;
  mode: 'new' | 'draft' | ReplyMode;
  to: Address[];
  cc: Address[];
  bcc: Address[];
  subject: string;
  body: string;
  quoted: string;
  /** As it stands below what is quoted. */
  signature: string;
  files: CarriedFile[];
  connectionId?: string | undefined;
  threadId?: string | undefined;
  inReplyTo?: string | undefined;
  fromEmail?: string | undefined;
  /** The stored draft that it goes on with. */
  draft?: SavedDraft | undefined;
  /** Another program has saved it too. */
  isChangedElsewhere?: boolean | undefined;
  /** Not all of its look can be edited. */
  isSimplified?: boolean | undefined;
  /** It is nowhere else. */
  isUnsaved?: boolean | undefined;
  /** It has its text, signature included. */
  isWritten?: boolean | undefined;
  /** Taken back after it was to go out then, or with a reminder. */
  wasFor?: string | undefined;
  reminder?: Reminder | undefined;
  /** The address that the answered message came to, where nothing was chosen yet. */
  answerFrom?: Address | undefined;
}

export function newSeed(change: Partial<ComposeSeed> = {}): ComposeSeed {
  return {
    key: crypto.randomUUID(),
    mode: 'new',
    to: [],
    cc: [],
    bcc: [],
    subject: '',
    body: '',
    quoted: '',
    signature: '',
    files: [],
    ...change,
  };
}

/** What could not be saved, once more before its writer; it becomes a draft of its own. */
export function unsavedSeed(
  seed: ComposeSeed,
  now: Pick<ComposeSeed, 'to' | 'cc' | 'bcc' | 'subject' | 'body' | 'quoted' | 'signature' | 'fromEmail'>,
  files: readonly (Omit<CarriedFile, 'url'> & { url?: string | undefined; problem?: string | undefined })[],
): ComposeSeed {
  const carried = files
    .filter(({ uploadId }) => uploadId !== undefined)
    .map((file) => ({ ...file, url: file.url ?? '' }));
  return newSeed({
    ...seed,
    ...now,
    key: crypto.randomUUID(),
    draft: undefined,
    files: carried,
    isWritten: true,
    isUnsaved: true,
  });
}

function filesOf(messageId: string, attachments: ParsedMessage['attachments']): CarriedFile[] {
  return attachments.map(({ attachmentId, filename, mimeType, size, contentId }) => ({
    url: `/api/messages/${encodeURIComponent(messageId)}/attachments/${encodeURIComponent(attachmentId)}`,
    name: filename || 'attachment',
    type: mimeType,
    size,
    contentId,
  }));
}

export function replySeed(message: ParsedMessage, mode: ReplyMode): ComposeSeed {
  const files = mode === 'forward' ? filesOf(message.id, message.attachments) : [];
  return newSeed({
    mode,
    ...replyRecipients(message, mode),
    subject: replySubject(message.subject, mode),
    quoted: quotedPart(message, mode, files),
    files,
    connectionId: message.connectionId,
    threadId: mode === 'forward' ? undefined : message.threadId,
    inReplyTo: message.messageId,
    answerFrom: message.answer.from,
  });
}

/** `was`: what was chosen for it before it was taken back. */
export function draftSeed(draft: Draft, was: Pick<ComposeSeed, 'wasFor' | 'reminder'> = {}): ComposeSeed {
  const files = filesOf(draft.id, draft.attachments).map((file, index) => ({
    ...file,
    uploadId: draft.attachments[index]?.attachmentId,
  }));
  return newSeed({
    ...was,
    mode: 'draft',
    isWritten: true,
    to: draft.to,
    cc: draft.cc,
    bcc: draft.bcc,
    subject: draft.subject,
    ...splitDraft(draft.message, files),
    files,
    connectionId: draft.connectionId,
    threadId: draft.threadId,
    inReplyTo: draft.inReplyTo,
    fromEmail: draft.fromEmail,
    draft: { id: draft.id, revision: draft.revision },
    isChangedElsewhere: draft.changedElsewhere,
  });
}

/** The message itself as a file, its octets as they are. */
export function forwardAsFileSeed(message: ParsedMessage): ComposeSeed {
  const name = message.subject
    .replace(/[\\/:*?"<>|\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 80);
  return newSeed({
    mode: 'forward',
    subject: replySubject(message.subject, 'forward'),
    files: [
      {
        url: `/api/messages/${encodeURIComponent(message.id)}/raw`,
        name: `${name || 'message'}.eml`,
        type: 'message/rfc822',
        size: 0,
      },
    ],
    connectionId: message.connectionId,
    inReplyTo: message.messageId,
    answerFrom: message.answer.from,
  });
}

/**
 * A message that was written before, to be sent anew: it answers nothing, and nothing is marked. Of its markup the safe
 * fragment is edited, as it is shown, for the editor is a part of the page.
 */
export function editAsNewSeed(message: ParsedMessage): ComposeSeed {
  const files = filesOf(message.id, message.attachments);
  const html = message.body === '' ? escapeHtml(message.text).replaceAll('\n', '<br>') : message.processedHtml;
  const parts = splitDraft(html, files);
  return newSeed({
    to: message.to,
    cc: message.cc,
    bcc: message.bcc,
    subject: message.subject,
    ...parts,
    isSimplified: parts.isSimplified || message.hasRemoteImages,
    files,
    connectionId: message.connectionId,
    answerFrom: message.answer.from,
    isWritten: true,
  });
}
