/**
 * The commands of a session that change mail, over one imapflow client: STORE, COPY, MOVE (RFC 6851) or its safe emulation,
 * EXPUNGE of exactly what is named, APPEND, CREATE. imapflow answers `false` for a refusal; here it is thrown.
 */
import type { Uid } from '@postroom/db';
import type { ImapFlow } from 'imapflow';
import { MailError } from '../../lib/driver/errors.ts';
import type { Quirks } from '../accounts/quirks/quirks.ts';
import { copyOutcomeOf, flagNames, uidOf, uidValidityOf } from './convert.ts';
import type { AppendOutcome, Capabilities, CopyOutcome, Flags, LabelChange } from './types.ts';
import { UidSet } from './uid-set.ts';

export function refused(what: string): MailError {
  return new MailError({ code: 'SERVER_UNAVAILABLE', message: `The mail server refused ${what}.`, on: 'imap' });
}

const noFolder = (path: string) =>
  new MailError({ code: 'MAILBOX_NOT_FOUND', message: `There is no folder ${path} any more.` });

const keepsNo = (names: readonly string[]) =>
  new MailError({ code: 'NOT_SUPPORTED', message: `The server keeps no ${names.join(', ')}.` });

export function createChanges(client: ImapFlow, capabilities: Capabilities, quirks: Quirks) {
  /** Removes these and nobody else's: without UIDPLUS an EXPUNGE would take other clients' `\Deleted` along. */
  async function expunge(uids: UidSet): Promise<{ left: readonly Uid[] }> {
    if (capabilities.uidplus) {
      await client.messageDelete(uids.toString(), { uid: true });
      return { left: [] };
    }
    await client.messageFlagsAdd(uids.toString(), ['\\Deleted'], { uid: true, silent: true });
    const found = await client.search({ deleted: true }, { uid: true });
    const flagged = UidSet.of(found || []);
    const foreign = !flagged.minus(uids).isEmpty;
    if (foreign || flagged.isEmpty) return { left: [...uids] };
    // imapflow sends UID EXPUNGE wherever UIDPLUS is offered; one that is not relied on is not asked.
    await client.messageDelete(uids.toString(), { uid: quirks.expungesByUid });
    return { left: [] };
  }

  async function copy(uids: UidSet, target: string): Promise<CopyOutcome> {
    const answer = await client.messageCopy(uids.toString(), target, { uid: true });
    if (!answer) throw noFolder(target);
    return copyOutcomeOf(answer);
  }

  return {
    expunge,
    copy,
    async storeFlags(uids: UidSet, { add, remove }: { add?: Partial<Flags>; remove?: Partial<Flags> }) {
      const keywords = [...(add?.keywords ?? []), ...(remove?.keywords ?? [])];
      if (keywords.length > 0 && !quirks.keepsKeywords) throw keepsNo(keywords);
      for (const [names, store] of [
        [flagNames(add), client.messageFlagsAdd.bind(client)],
        [flagNames(remove), client.messageFlagsRemove.bind(client)],
      ] as const) {
        if (names.length === 0) continue;
        const done = await store(uids.toString(), names, { uid: true, silent: true });
        if (!done) throw keepsNo(names);
      }
      return { modified: [] };
    },
    async storeLabels(uids: UidSet, { add, remove }: LabelChange): Promise<void> {
      const options = { uid: true, useLabels: true };
      for (const done of [
        add.length === 0 || (await client.messageFlagsAdd(uids.toString(), [...add], options)),
        remove.length === 0 || (await client.messageFlagsRemove(uids.toString(), [...remove], options)),
      ]) {
        if (!done) throw new MailError({ code: 'NOT_SUPPORTED', message: 'The server refused to change the labels.' });
      }
    },
    async move(uids: UidSet, target: string): Promise<CopyOutcome> {
      if (!capabilities.move) {
        const outcome = await copy(uids, target);
        await expunge(uids);
        return outcome;
      }
      const answer = await client.messageMove(uids.toString(), target, { uid: true });
      if (!answer) throw noFolder(target);
      return copyOutcomeOf(answer);
    },
    async append(path: string, message: Buffer, flags: Flags, internalDate?: Date): Promise<AppendOutcome> {
      const isExamined = client.mailbox !== false && client.mailbox.path === path && client.mailbox.readOnly === true;
      if (isExamined && !quirks.appendsWhileExamined) await client.mailboxOpen(path);
      const answer = await client.append(path, message, flagNames(flags), internalDate);
      if (!answer) throw refused(`to store a message in ${path}`);
      return { uid: uidOf(answer.uid), uidValidity: uidValidityOf(answer.uidValidity) };
    },
    /** Where everything is kept below the inbox and no NAMESPACE says so, only the refusal shows it. */
    async createMailbox(path: string): Promise<string> {
      try {
        return (await client.mailboxCreate(path)).path;
      } catch (error) {
        const prefix = `INBOX${client.namespace?.delimiter ?? '/'}`;
        if (!client.usable || path.startsWith(prefix)) throw error;
        return (await client.mailboxCreate(prefix + path)).path;
      }
    },
  };
}
