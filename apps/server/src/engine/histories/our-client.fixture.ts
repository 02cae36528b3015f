/**
 * What a user of ours does, by seeded chance: the actions that the routes call, on conversations picked from the lists.
 * Their remote half runs when the history says so. Test code only.
 */
import type { ConnectionId, LabelId, MailboxId, ThreadId } from '@postroom/db';
import type { Random } from '@postroom/mail-lab';
import type pg from 'pg';
import { MailError } from '../../lib/driver/errors.ts';
import { createActions, type Done } from '../operations/actions.ts';
import { createLabels } from '../operations/labels.ts';
import { wakeDueSnoozes } from '../schedule/wake-up.ts';
import { pickWeighted } from './other-client.fixture.ts';

const WEIGHTS: readonly [string, number][] = [
  ['read', 18],
  ['unread', 8],
  ['star', 12],
  ['archive', 14],
  ['move', 10],
  ['delete', 10],
  ['spam', 4],
  ['notSpam', 3],
  ['label', 12],
  ['important', 2],
  ['snooze', 8],
  ['unsnooze', 2],
  ['wake', 4],
  ['undo', 10],
];

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000);

export interface OurClientActor {
  /** Does one thing; says what. */
  act(): Promise<string>;
}

export function createOurClient(pool: pg.Pool, connectionId: ConnectionId, random: Random): OurClientActor {
  const actions = createActions({ pool });
  const labels = createLabels({ pool });
  const tokens: string[] = [];

  async function pickThreads(): Promise<{ ids: ThreadId[]; mailbox: MailboxId } | null> {
    const { rows: lists } = await pool.query<{ id: MailboxId; list: string }>(
      `select b.id, 'm' || b.id as list from mailbox b where b.connection_id = $1 and b.synced and exists (
         select 1 from thread_list l where l.connection_id = $1 and l.list = 'm' || b.id) order by b.path`,
      [connectionId],
    );
    if (lists.length === 0) return null;
    const { id, list } = random.pick(lists);
    const { rows: threads } = await pool.query<{ id: ThreadId }>(
      'select thread_id as id from thread_list where connection_id = $1 and list = $2 order by thread_id',
      [connectionId, list],
    );
    const ids = random.sample(threads, 1 + random.below(random.chance(0.1) ? 8 : 2)).map((thread) => thread.id);
    return { ids, mailbox: id };
  }

  async function pickMailbox(): Promise<MailboxId> {
    const { rows } = await pool.query<{ id: MailboxId }>(
      'select id from mailbox where connection_id = $1 and synced order by path',
      [connectionId],
    );
    return random.pick(rows).id;
  }

  async function label(ids: readonly ThreadId[]): Promise<Done> {
    const { rows } = await pool.query<{ id: LabelId }>(
      `select id from label where connection_id = $1 and keyword is not null order by keyword`,
      [connectionId],
    );
    if (rows.length === 0) return {};
    const { id } = random.pick(rows);
    return labels.modify(connectionId, ids, random.chance(0.6) ? { add: [id], remove: [] } : { add: [], remove: [id] });
  }

  async function run(name: string, ids: readonly ThreadId[], mailbox: MailboxId): Promise<Done> {
    const folder = random.chance(0.7) ? mailbox : null;
    switch (name) {
      case 'read':
        return actions.markAsRead(connectionId, ids);
      case 'unread':
        return actions.markAsUnread(connectionId, ids);
      case 'star':
        return actions.toggleStar(connectionId, ids);
      case 'archive':
        return actions.archive(connectionId, ids);
      case 'move':
        return actions.move(connectionId, ids, await pickMailbox(), folder);
      case 'delete':
        return actions.delete(connectionId, ids, folder);
      case 'spam':
        return actions.spam(connectionId, ids, folder);
      case 'notSpam':
        return actions.notSpam(connectionId, ids);
      case 'important':
        return actions.markAsImportant(connectionId, ids);
      case 'snooze':
        return actions.snooze(connectionId, ids, inHours(1), new Date());
      case 'unsnooze':
        return actions.unsnooze(connectionId, ids, new Date());
      case 'wake':
        await wakeDueSnoozes(pool, connectionId, inHours(2));
        return {};
      default:
        return label(ids);
    }
  }

  return {
    async act() {
      const name = pickWeighted(random, WEIGHTS);
      if (name === 'undo') {
        const token = tokens.splice(Math.max(0, tokens.length - 1 - random.below(4)), 1)[0];
        if (token === undefined) return 'undo: nothing there';
        await actions.undo(connectionId, token);
        return 'undo';
      }
      const picked = await pickThreads();
      if (!picked) return `${name}: nothing there`;
      try {
        const { undo } = await run(name, picked.ids, picked.mailbox);
        if (undo !== undefined) tokens.push(undo);
        return `${name}: threads ${picked.ids.join(',')} of mailbox ${picked.mailbox}`;
      } catch (error) {
        if (error instanceof MailError && error.code !== 'INTERNAL') return `${name}: refused, ${error.message}`;
        throw error;
      }
    },
  };
}
