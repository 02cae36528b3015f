/**
 * Commands that change mail: STORE (RFC 9051 §6.4.6) of flags and X-GM-LABELS, COPY, MOVE (RFC 6851), EXPUNGE (RFC 4315),
 * APPEND, REPLACE and CREATE. Flags are added and removed, never set as a whole. Nothing is removed that was not asked for, and
 * nothing that was to be moved and did not arrive.
 */
import type { Uid } from '@postroom/db';
import type { ImapFlow } from 'imapflow';
import { MailError } from '../../lib/driver/errors.ts';
import type { Quirks } from '../accounts/quirks/quirks.ts';
import { append } from './append.ts';
import { copyOutcomeOf, flagNames } from './convert.ts';
import { internalsOf } from './internals.ts';
import type { Replies } from './replies.ts';
import type { Capabilities, CopyOutcome, ImapSession, MailboxStatus, StoreOutcome } from './types.ts';
import { UidSet } from './uid-set.ts';

export interface ChangeDeps {
  readonly client: ImapFlow;
  readonly capabilities: Capabilities;
  readonly quirks: Quirks;
  readonly replies: Replies;
  /** Null: the server refuses the search. */
  readonly search: (criteria: Readonly<Record<string, unknown>>) => Promise<readonly number[] | null>;
  readonly status: (path: string) => Promise<MailboxStatus>;
}

type Changes = Pick<
  ImapSession,
  'storeFlags' | 'storeLabels' | 'copy' | 'move' | 'expunge' | 'append' | 'replace' | 'createMailbox'
>;

export function refused(what: string): MailError {
  return new MailError({ code: 'SERVER_UNAVAILABLE', message: `The mail server refused ${what}.`, on: 'imap' });
}

export function createChanges(deps: ChangeDeps): Changes {
  const { client, capabilities, quirks, replies, search, status } = deps;

  async function storeFlags(...[uids, { add, remove }]: Parameters<ImapSession['storeFlags']>): Promise<StoreOutcome> {
    const keywords = [...(add?.keywords ?? []), ...(remove?.keywords ?? [])];
    if (keywords.length > 0 && !quirks.keepsKeywords) {
      throw new MailError({ code: 'NOT_SUPPORTED', message: `The server keeps no ${keywords.join(', ')}.` });
    }
    let modified = UidSet.empty;
    for (const [names, method] of [
      [flagNames(add), 'messageFlagsAdd'],
      [flagNames(remove), 'messageFlagsRemove'],
    ] as const) {
      if (names.length === 0) continue;
      const { code } = await replies.run(names.join(', '), () =>
        client[method](uids.toString(), names, { uid: true, silent: true }),
      );
      modified = modified.union(modifiedOf(code));
    }
    return { modified: [...modified.intersect(uids)] };
  }

  async function copy(uids: UidSet, target: string): Promise<CopyOutcome> {
    const { value } = await replies.run(`a copy to ${target}`, () =>
      client.messageCopy(uids.toString(), target, { uid: true }),
    );
    return copyOutcomeOf(value);
  }

  async function storeLabels(...[uids, { add, remove }]: Parameters<ImapSession['storeLabels']>): Promise<void> {
    for (const [labels, method] of [
      [add, 'messageFlagsAdd'],
      [remove, 'messageFlagsRemove'],
    ] as const) {
      if (labels.length === 0) continue;
      await replies.run('to change labels', () =>
        client[method](uids.toString(), [...labels], { uid: true, useLabels: true }),
      );
    }
  }

  /** Without UIDPLUS an EXPUNGE would take other clients' `\Deleted` along: then ours stay flagged. */
  async function expunge(uids: UidSet): Promise<{ left: readonly Uid[] }> {
    if (capabilities.uidplus) {
      await replies.run('to remove messages', () => client.messageDelete(uids.toString(), { uid: true }));
      return { left: [] };
    }
    await storeFlags(uids, { add: { system: ['deleted'] } });
    const flagged = UidSet.of((await search({ deleted: true })) ?? []);
    if (flagged.isEmpty || !flagged.minus(uids).isEmpty) return { left: [...uids] };
    await expungeFlagged();
    return { left: [] };
  }

  /** imapflow sends UID EXPUNGE wherever UIDPLUS is offered, also where it is not relied on. */
  async function expungeFlagged(): Promise<void> {
    try {
      (await internalsOf(client).exec('EXPUNGE', false)).next();
    } catch (error) {
      throw replies.refusalOf(error);
    }
  }

  /** COPY, a look whether the copies are there, and only then the end of the originals. */
  async function emulateMove(uids: UidSet, target: string): Promise<CopyOutcome> {
    const found = await search({ uid: uids.toString() });
    const present = found === null ? uids : UidSet.of(found).intersect(uids);
    if (present.isEmpty) return { uidMap: new Map(), uidValidity: null, left: [] };
    // A target that is not there any more: COPY says so better.
    const before = await status(target).catch((error: unknown) => {
      if (error instanceof MailError && error.code === 'SERVER_UNAVAILABLE' && client.usable) return null;
      throw error;
    });
    const outcome = await copy(present, target);
    if (outcome.uidMap.size > 0) {
      const { left } = await expunge(present.intersect(UidSet.of(outcome.uidMap.keys())));
      return { ...outcome, left };
    }
    const after = before && (await status(target));
    const added = after ? Math.max(after.messages - before.messages, (after.uidNext ?? 0) - (before.uidNext ?? 0)) : 0;
    if (added < present.size) {
      throw new MailError({ code: 'NOT_SUPPORTED', message: `The server did not copy it to ${target}.`, on: 'imap' });
    }
    return { ...outcome, ...(await expunge(present)) };
  }

  return {
    storeFlags,
    storeLabels,
    copy,
    expunge,
    async move(uids, target) {
      if (!capabilities.move) return emulateMove(uids, target);
      const { value } = await replies.run(`a move to ${target}`, () =>
        client.messageMove(uids.toString(), target, { uid: true }),
      );
      return copyOutcomeOf(value);
    },
    async append(path, message, flags, internalDate) {
      const isExamined = client.mailbox !== false && client.mailbox.path === path && client.mailbox.readOnly === true;
      if (isExamined && !quirks.appendsWhileExamined) await client.mailboxOpen(path);
      const outcome = await append(client, { path, message, flags: flagNames(flags), internalDate });
      if (!outcome) throw refused(`to store a message in ${path}`);
      return outcome;
    },
    async replace(replaces, path, message, flags, internalDate) {
      const outcome = await append(client, { path, message, flags: flagNames(flags), internalDate, replaces });
      if (!outcome) throw refused(`to store a message in ${path}`);
      return outcome;
    },
    /** Where everything is kept below the inbox and no NAMESPACE says so, only the refusal shows it. */
    async createMailbox(path) {
      const create = async (name: string) => (await client.mailboxCreate(name)).path;
      try {
        const prefix = `INBOX${client.namespace?.delimiter ?? '/'}`;
        return await create(path).catch((error: unknown) => {
          if (!client.usable || path.startsWith(prefix)) throw error;
          return create(prefix + path);
        });
      } catch (error) {
        throw replies.refusalOf(error);
      }
    },
  };
}

/** RFC 7162 §3.1.3, which servers say without being asked for it too. */
function modifiedOf([name, set]: readonly string[]): UidSet {
  if (name?.toUpperCase() !== 'MODIFIED' || !set || !/^[\d:,]{1,100000}$/.test(set)) return UidSet.empty;
  return UidSet.parse(set);
}
