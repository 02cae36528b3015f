/**
 * The driver of IMAP and SMTP accounts: MailManager over the engine. A façade: each method says which part of the engine
 * does it, in public ids; no IMAP, no SQL beyond a look-up, no method over ten lines.
 */
import type { ConnectionId, LabelId, MailboxId, ThreadId, UserId } from '@postroom/db';
import type pg from 'pg';
import type { WithImap } from '../../../engine/accounts/access.ts';
import { createDrafts, type Drafts } from '../../../engine/drafts/save.ts';
import { loadFolders, presentLabel, resolveFolder } from '../../../engine/index/folders.ts';
import { listAliases } from '../../../engine/index/identities.ts';
import { type Actions, createActions } from '../../../engine/operations/actions.ts';
import { createLabels, type Labels } from '../../../engine/operations/labels.ts';
import { assertFuture } from '../../../engine/operations/waiting.ts';
import { enqueue, type Sender } from '../../../engine/outbox/enqueue.ts';
import { redirect } from '../../../engine/outbox/redirect.ts';
import type { TextWork } from '../../../engine/reading/text-work.ts';
import { remindOfThreads } from '../../../engine/schedule/reminders.ts';
import { MailError, notFound } from '../errors.ts';
import { isPublicId, parseId } from '../ids.ts';
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
} from '../schemas.ts';
import type { AttachmentStream, ListOptions, MailManager } from '../types.ts';
import type { SignImage } from './clean-bodies.ts';
import { createReader, type Reader } from './read.ts';
import { noTokens, success } from './results.ts';

/** The account that a driver is of. */
export interface DriverConnection {
  readonly id: ConnectionId;
  readonly userId: UserId;
  readonly email: string;
  readonly name: string;
}

export interface ImapSmtpConfig {
  readonly connection: DriverConnection;
  readonly pool: pg.Pool;
  readonly withImap: WithImap;
  readonly textWork: TextWork;
  readonly signImage: SignImage;
  readonly now: () => Date;
}

export class ImapSmtpMailManager implements MailManager {
  readonly #pool: pg.Pool;
  readonly #sender: Sender;
  readonly #now: () => Date;
  readonly #reader: Reader;
  readonly #actions: Actions;
  readonly #labels: Labels;
  readonly #drafts: Drafts;

  constructor({ connection, pool, withImap, textWork, signImage, now }: ImapSmtpConfig) {
    this.#pool = pool;
    this.#sender = connection;
    this.#now = now;
    this.#reader = createReader({ pool, withImap, textWork, connectionId: connection.id, signImage, now });
    this.#actions = createActions({ pool });
    this.#labels = createLabels({ pool });
    this.#drafts = createDrafts({ pool, withImap });
  }

  // ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────

  get(id: string, options?: { folder?: string | undefined }): Promise<Conversation> {
    return this.#reader.get(id, options);
  }

  list(options: ListOptions): Promise<ThreadPage> {
    return this.#reader.list(options);
  }

  count(): Promise<FolderCount[]> {
    return this.#reader.count();
  }

  normalizeIds(ids: readonly string[]): Promise<string[]> {
    return this.#reader.normalizeIds(ids);
  }

  listAttachments(messageId: string): Promise<Attachment[]> {
    return this.#reader.listAttachments(messageId);
  }

  getAttachment(messageId: string, attachmentId: string): Promise<AttachmentStream> {
    return this.#reader.getAttachment(messageId, attachmentId);
  }

  getRaw(messageId: string): ReturnType<Reader['getRaw']> {
    return this.#reader.getRaw(messageId);
  }

  // ── Acting ──────────────────────────────────────────────────────────────────────────────────────────────────────

  async markAsRead(ids: readonly string[]): Promise<ActionResult> {
    return success(await this.#actions.markAsRead(this.#id, await this.#threads(ids)));
  }

  async markAsUnread(ids: readonly string[]): Promise<ActionResult> {
    return success(await this.#actions.markAsUnread(this.#id, await this.#threads(ids)));
  }

  async star(ids: readonly string[], change: 'star' | 'unstar' | 'toggle'): Promise<ActionResult> {
    const threads = await this.#threads(ids);
    if (change === 'toggle') return success(await this.#actions.toggleStar(this.#id, threads));
    return success(await this.#actions[change](this.#id, threads));
  }

  async markAsImportant(ids: readonly string[]): Promise<ActionResult> {
    return success(await this.#actions.markAsImportant(this.#id, await this.#threads(ids)));
  }

  async mute(ids: readonly string[]): Promise<ActionResult> {
    return success(await this.#actions.mute(this.#id, await this.#threads(ids)));
  }

  async archive(ids: readonly string[]): Promise<ActionResult> {
    return success(await this.#actions.archive(this.#id, await this.#threads(ids)));
  }

  async delete(ids: readonly string[], { folder }: { folder?: string | undefined } = {}): Promise<ActionResult> {
    const mailbox = await this.#mailbox(folder);
    return success(await this.#actions.delete(this.#id, await this.#threads(ids), mailbox));
  }

  async spam(ids: readonly string[], { folder }: { folder?: string | undefined } = {}): Promise<ActionResult> {
    const mailbox = await this.#mailbox(folder);
    return success(await this.#actions.spam(this.#id, await this.#threads(ids), mailbox));
  }

  async notSpam(ids: readonly string[]): Promise<ActionResult> {
    return success(await this.#actions.notSpam(this.#id, await this.#threads(ids)));
  }

  async move(
    ids: readonly string[],
    to: string,
    { folder }: { folder?: string | undefined } = {},
  ): Promise<ActionResult> {
    if (isPublicId('label', to)) return this.#moveInto(ids, this.#labelId(to), folder);
    const target = await this.#moveTarget(to);
    const mailbox = await this.#mailbox(folder);
    return success(await this.#actions.move(this.#id, await this.#threads(ids), target, mailbox));
  }

  async snooze(ids: readonly string[], until: Date): Promise<ActionResult> {
    return success(await this.#actions.snooze(this.#id, await this.#threads(ids), until, this.#now()));
  }

  async unsnooze(ids: readonly string[]): Promise<ActionResult> {
    return success(await this.#actions.unsnooze(this.#id, await this.#threads(ids), this.#now()));
  }

  async remind(ids: readonly string[], at: Date | null): Promise<ActionResult> {
    if (at !== null) assertFuture(at, this.#now());
    await remindOfThreads(this.#pool, this.#id, await this.#threads(ids), at);
    return { success: true };
  }

  undo(token: string): Promise<void> {
    return this.#actions.undo(this.#id, token);
  }

  // ── Labels ──────────────────────────────────────────────────────────────────────────────────────────────────────

  async modifyLabels(
    ids: readonly string[],
    change: { add: readonly string[]; remove: readonly string[] },
  ): Promise<ActionResult> {
    const labels = { add: change.add.map(this.#labelId), remove: change.remove.map(this.#labelId) };
    return success(await this.#labels.modify(this.#id, await this.#threads(ids), labels));
  }

  async getUserLabels(): Promise<Label[]> {
    const { labels } = await loadFolders(this.#pool, this.#id);
    return labels.map((label) => presentLabel(this.#id, label));
  }

  async getLabel(id: string): Promise<Label> {
    const found = (await this.getUserLabels()).find((label) => label.id === id);
    if (!found) throw notFound('label');
    return found;
  }

  createLabel(label: { name: string; color?: Label['color'] }): Promise<{ id: string }> {
    return this.#labels.create(this.#id, label);
  }

  updateLabel(id: string, label: { name: string; color?: Label['color'] }): Promise<void> {
    return this.#labels.update(this.#id, this.#labelId(id), label);
  }

  deleteLabel(id: string): Promise<void> {
    return this.#labels.delete(this.#id, this.#labelId(id));
  }

  // ── Writing ─────────────────────────────────────────────────────────────────────────────────────────────────────

  create(message: SendInput): Promise<{ id: string; state: OutgoingState }> {
    return enqueue(this.#pool, this.#sender, message, this.#now());
  }

  sendDraft(id: string, message: SendInput): Promise<{ id: string; state: OutgoingState }> {
    return enqueue(this.#pool, this.#sender, { ...message, draftId: id }, this.#now());
  }

  async redirect({ id, ...input }: RedirectInput): Promise<{ id: string; state: OutgoingState }> {
    return redirect(
      this.#pool,
      this.#sender,
      { ...input, octets: (await this.#reader.getRaw(id)).stream },
      this.#now(),
    );
  }

  createDraft(draft: DraftInput): Promise<{ id: string; revision: number }> {
    return this.#drafts.create(this.#sender, draft);
  }

  getDraft(id: string): Promise<Draft> {
    return this.#drafts.get(this.#sender, id);
  }

  listDrafts(options: { query?: string; max?: number; pageToken?: string }) {
    return this.#drafts.list(this.#id, options);
  }

  deleteDraft(draft: DraftToDelete): Promise<void> {
    return this.#drafts.delete(this.#sender, draft);
  }

  // ── Who it is ───────────────────────────────────────────────────────────────────────────────────────────────────

  getEmailAliases(): ReturnType<typeof listAliases> {
    return listAliases(this.#pool, this.#sender);
  }

  async getUserInfo(): Promise<{ address: string; name: string; photo: string }> {
    return { address: this.#sender.email, name: this.#sender.name, photo: '' };
  }

  async getTokens(): Promise<never> {
    throw noTokens();
  }

  getScope(): string {
    throw noTokens();
  }

  async revokeRefreshToken(): Promise<never> {
    throw noTokens();
  }

  // ── Ids ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  get #id(): ConnectionId {
    return this.#sender.id;
  }

  /** The conversations as they are now; one that is not the account's fails all of it. */
  async #threads(ids: readonly string[]): Promise<ThreadId[]> {
    return (await this.#reader.normalizeIds(ids)).map((id) => parseId('thread', id).id);
  }

  /** The mailbox that a folder id names; null for none, and for what is no place (a view, a label, a role without mailbox). */
  async #mailbox(folder: string | undefined): Promise<MailboxId | null> {
    if (folder === undefined) return null;
    return resolveFolder(await loadFolders(this.#pool, this.#id), folder).mailbox?.id ?? null;
  }

  async #moveInto(ids: readonly string[], to: LabelId, folder: string | undefined): Promise<ActionResult> {
    const label = folder !== undefined && isPublicId('label', folder) ? this.#labelId(folder) : null;
    const from = { mailbox: await this.#mailbox(folder), label };
    return success(await this.#labels.moveInto(this.#id, await this.#threads(ids), to, from));
  }

  async #moveTarget(to: string): Promise<MailboxId> {
    const target = await this.#actions.targetOf(this.#id, to);
    if (target === null) throw new MailError({ code: 'INVALID_INPUT', message: 'Mail cannot be moved there.' });
    return target;
  }

  readonly #labelId = (id: string): LabelId => {
    const label = parseId('label', id);
    if (label.connectionId !== this.#id) throw notFound('label');
    return label.id;
  };
}
