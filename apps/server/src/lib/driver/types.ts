/**
 * MailManager: what the routes can ask of one mail account, whoever provides it. Composed of small capability
 * interfaces, so that a caller can say what it needs. All ids are public ids (ids.ts); all methods throw MailError only.
 *
 * Actions return as soon as the change is durable here; it reaches the server by itself, in order.
 */
import type { Readable } from 'node:stream';
import type {
  ActionResult,
  Attachment,
  Conversation,
  Draft,
  DraftInput,
  DraftToDelete,
  FolderCount,
  Label,
  OutgoingState,
  RedirectInput,
  SendInput,
  ThreadPage,
} from './schemas.ts';

export interface ListOptions {
  readonly folder: string;
  readonly query: string;
  readonly max: number;
  readonly cursor: string;
}

export interface ThreadReading {
  /** All messages of the conversation, oldest first, bodies included. MESSAGE_NOT_FOUND when it is not the account's. */
  get(id: string, options?: { folder?: string | undefined }): Promise<Conversation>;
  list(options: ListOptions): Promise<ThreadPage>;
  count(): Promise<FolderCount[]>;
  /** Public thread ids, merged ones resolved to what they became; unknown ones throw MESSAGE_NOT_FOUND. */
  normalizeIds(ids: readonly string[]): Promise<string[]>;
}

export interface AttachmentStream {
  readonly attachment: Attachment;
  /** Decoded octets; null while the length is not known before the end. */
  readonly size: number | null;
  readonly stream: Readable;
}

export interface SourceReading {
  /** Its files, those shown in the text left out. */
  listAttachments(messageId: string): Promise<Attachment[]>;
  getAttachment(messageId: string, attachmentId: string): Promise<AttachmentStream>;
  /** The message's exact octets. */
  getRaw(messageId: string): Promise<{ size: number | null; filename: string; stream: Readable }>;
}

export interface Flagging {
  markAsRead(ids: readonly string[]): Promise<ActionResult>;
  markAsUnread(ids: readonly string[]): Promise<ActionResult>;
  /** `toggle`: unstars when any message of any of them is starred, else stars. */
  star(ids: readonly string[], change: 'star' | 'unstar' | 'toggle'): Promise<ActionResult>;
  markAsImportant(ids: readonly string[]): Promise<ActionResult>;
  mute(ids: readonly string[]): Promise<ActionResult>;
}

export interface Filing {
  archive(ids: readonly string[]): Promise<ActionResult>;
  /** To the bin; with folder 'bin', or when nothing is left outside it, for good. */
  delete(ids: readonly string[], options?: { folder?: string | undefined }): Promise<ActionResult>;
  spam(ids: readonly string[], options?: { folder?: string | undefined }): Promise<ActionResult>;
  notSpam(ids: readonly string[]): Promise<ActionResult>;
  move(ids: readonly string[], to: string, options?: { folder?: string | undefined }): Promise<ActionResult>;
  snooze(ids: readonly string[], until: Date): Promise<ActionResult>;
  unsnooze(ids: readonly string[]): Promise<ActionResult>;
  /** On top of the inbox then unless somebody answers before; null takes it back. */
  remind(ids: readonly string[], at: Date | null): Promise<ActionResult>;
  undo(token: string): Promise<void>;
}

export interface Labelling {
  modifyLabels(
    ids: readonly string[],
    change: { add: readonly string[]; remove: readonly string[] },
  ): Promise<ActionResult>;
  getUserLabels(): Promise<Label[]>;
  getLabel(id: string): Promise<Label>;
  createLabel(label: { name: string; color?: Label['color'] }): Promise<{ id: string }>;
  updateLabel(id: string, label: { name: string; color?: Label['color'] }): Promise<void>;
  deleteLabel(id: string): Promise<void>;
}

export interface Submission {
  /** Freezes and queues a message. */
  create(message: SendInput): Promise<{ id: string; state: OutgoingState }>;
  sendDraft(id: string, message: SendInput): Promise<{ id: string; state: OutgoingState }>;
  /** Sends a message that came on to others, as it is (RFC 5322 §3.6.6). */
  redirect(message: RedirectInput): Promise<{ id: string; state: OutgoingState }>;
}

export interface Drafting {
  /** Creates, or replaces what `id` names. */
  createDraft(draft: DraftInput): Promise<{ id: string; revision: number }>;
  getDraft(id: string): Promise<Draft>;
  listDrafts(options: { query?: string; max?: number; pageToken?: string }): Promise<{
    drafts: Draft[];
    nextPageToken: string | null;
  }>;
  deleteDraft(draft: DraftToDelete): Promise<void>;
}

export interface Profile {
  getEmailAliases(): Promise<{ email: string; name?: string; primary?: boolean }[]>;
  getUserInfo(): Promise<{ address: string; name: string; photo: string }>;
}

/** Only OAuth accounts have tokens; a password account answers NOT_SUPPORTED. */
export interface TokenHolding {
  getTokens(code: string): Promise<{ accessToken: string; refreshToken: string; expiresAt: Date }>;
  getScope(): string;
  revokeRefreshToken(token: string): Promise<boolean>;
}

export interface MailManager
  extends ThreadReading,
    SourceReading,
    Flagging,
    Filing,
    Labelling,
    Submission,
    Drafting,
    Profile,
    TokenHolding {}
