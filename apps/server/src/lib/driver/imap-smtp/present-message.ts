/** Rows of the index to the contract's ParsedMessage. Pure. */
import type { ConnectionId } from '@postroom/db';
import { isOwnAuthserv } from '../../../engine/accounts/authserv.ts';
import { answerTo } from '../../../engine/answering/answer.ts';
import type { Body } from '../../../engine/index/bodies.ts';
import type { MessageRow } from '../../../engine/index/conversation.ts';
import { FLAG, sameKeyword } from '../../../engine/index/flags.ts';
import { type Folders, presentLabel, presentMailboxId } from '../../../engine/index/folders.ts';
import type { loadOwnAddresses } from '../../../engine/index/identities.ts';
import type { PeopleKnown } from '../../../engine/index/people-known.ts';
import { type AuthenticationResults, attachmentsOf, spoofingWarnings } from '../../../engine/mime/index.ts';
import type { Cleaned } from '../../../engine/reading/text-tasks.ts';
import { MailError } from '../errors.ts';
import { presentConnectionId, presentId } from '../ids.ts';
import type { Attachment, Label, OutgoingState, ParsedMessage } from '../schemas.ts';

export function presentAttachments(message: MessageRow): Attachment[] {
  return attachmentsOf(message.structure).map(({ part, filename, mimeType, size, contentId, inline, warning }) => ({
    attachmentId: part,
    filename,
    mimeType,
    size,
    ...(contentId ? { contentId } : {}),
    inline,
    ...(warning ? { warning } : {}),
  }));
}

/** The labels that lie on a message: by keyword, and those kept here. */
export function labelsOf(folders: Folders, message: MessageRow): Label[] {
  const keywords = message.places.flatMap((place) => place.keywords);
  return folders.labels
    .filter(
      ({ id, keyword }) =>
        message.label_ids.includes(id) || (keyword !== null && keywords.some((one) => sameKeyword(one, keyword))),
    )
    .map((label) => presentLabel(folders.connectionId, label));
}

/** What the account's own server found out; what anybody else says of it is not heard. */
function believedResults(body: Body, people: PeopleKnown): AuthenticationResults | undefined {
  const results = body.authentication as AuthenticationResults | null;
  return results && isOwnAuthserv(results.authservId, people) ? results : undefined;
}

function presentChecks(results: AuthenticationResults | undefined): Pick<ParsedMessage, 'authentication'> {
  if (!results) return {};
  const { spf, dkim, dmarc } = results;
  return { authentication: { ...(spf ? { spf } : {}), ...(dkim ? { dkim } : {}), ...(dmarc ? { dmarc } : {}) } };
}

/** One's own messages are not warned of. */
function warningsOf(
  { addresses, extras, is_own }: MessageRow,
  results: AuthenticationResults | undefined,
  people: PeopleKnown,
): Pick<ParsedMessage, 'warnings'> {
  if (is_own && results?.dmarc !== 'fail') return {};
  const warnings = spoofingWarnings(
    {
      from: addresses.from ?? addresses.sender,
      authors: extras.authors ?? 1,
      replyTo: addresses.replyTo,
      recipients: [...addresses.to, ...addresses.cc],
      dmarc: results?.dmarc,
      arc: results?.methods.find(({ method }) => method === 'arc')?.result,
    },
    people,
  );
  return warnings.length > 0 ? { warnings } : {};
}

function outgoingState(message: MessageRow): OutgoingState | undefined {
  const state = message.outbox_state;
  return state === null || state === 'canceled' ? undefined : state;
}

export interface Shown {
  readonly cleaned: Cleaned;
  readonly people: PeopleKnown;
  readonly writers: Awaited<ReturnType<typeof loadOwnAddresses>>;
}

export function presentMessage(
  folders: Folders,
  message: MessageRow,
  body: Body | MailError | undefined,
  { cleaned, people, writers }: Shown,
): ParsedMessage {
  const connectionId: ConnectionId = folders.connectionId;
  const id = presentId('message', connectionId, message.id);
  const attachments = presentAttachments(message);
  const readable: Body = body && !(body instanceof MailError) ? body : { html: '', text: '', authentication: null };
  const { addresses, extras } = message;
  const state = outgoingState(message);
  const results = believedResults(readable, people);
  const roles = message.places.map(({ role }) => role);
  const bits = message.places.map(({ flags }) => flags);
  return {
    id,
    connectionId: presentConnectionId(connectionId),
    threadId: presentId('thread', connectionId, message.thread_id),
    folders: message.places
      .filter(({ covered }) => !covered)
      .map((place) => presentMailboxId(connectionId, { id: place.mailboxId, role: place.role })),
    title: message.subject,
    subject: message.subject,
    tags: labelsOf(folders, message),
    sender: addresses.from ?? addresses.sender ?? { email: '' },
    to: addresses.to,
    cc: addresses.cc,
    bcc: addresses.bcc,
    ...(addresses.replyTo.length > 0 ? { replyTo: addresses.replyTo } : {}),
    answer: answerTo(
      { ...addresses, ...extras, sender: addresses.from ?? addresses.sender ?? { email: '' } },
      writers.own,
      writers.everywhere,
    ),
    receivedOn: message.received_at.toISOString(),
    date: message.date?.toISOString() ?? null,
    unread: bits.some((flags) => (flags & FLAG.seen) === 0),
    starred: bits.some((flags) => (flags & FLAG.flagged) !== 0),
    isDraft: roles.includes('drafts') || bits.some((flags) => (flags & FLAG.draft) !== 0),
    ...(message.draft_id === null ? {} : { draftId: presentId('draft', connectionId, message.draft_id as never) }),
    ...(message.message_id ? { messageId: message.message_id } : {}),
    ...(message.in_reply_to ? { inReplyTo: message.in_reply_to } : {}),
    ...(message.references.length > 0 ? { references: message.references.join(' ') } : {}),
    ...(extras.listUnsubscribe ? { listUnsubscribe: extras.listUnsubscribe } : {}),
    ...(extras.listUnsubscribePost ? { listUnsubscribePost: extras.listUnsubscribePost } : {}),
    ...presentChecks(results),
    ...warningsOf(message, results, people),
    body: readable.html,
    text: readable.text,
    processedHtml: cleaned.html,
    hasRemoteImages: cleaned.hasRemoteImages,
    ...(cleaned.isTruncated ? { isTruncated: true } : {}),
    attachments,
    ...(state ? { state } : {}),
    ...(body instanceof MailError
      ? {
          bodyError: {
            code: body.code,
            message: body.message,
            ...(body.fix === undefined ? {} : { fix: body.fix }),
            retryable: body.retryable,
          },
        }
      : {}),
  };
}
