/** The mailbox at the instance's own server of whoever signs in with it: asked, connected, kept at the newest password. */
import type { ConnectionId, UserId } from '@postroom/db';
import type pg from 'pg';
import { row } from '../../engine/index/sql.ts';
import type { OwnMailbox } from '../auth/mail-sign-in.ts';
import { MailError } from '../driver/errors.ts';
import { presentConnectionId } from '../driver/ids.ts';
import type { ConnectionTest, Endpoint, NewConnection } from '../driver/schemas.ts';
import type { ConnectionService } from '../services.ts';

export interface OwnMailboxDeps {
  readonly pool: pg.Pool;
  readonly server: { readonly imap: Endpoint; readonly smtp: Endpoint };
  readonly testConnection: (connection: NewConnection) => Promise<ConnectionTest>;
  readonly connections: Pick<ConnectionService, 'create' | 'update'>;
  /** The password that is stored; null where the account logs in with tokens. */
  readonly passwordOf: (connectionId: ConnectionId) => Promise<string | null>;
  readonly log: (event: string, detail: Readonly<Record<string, unknown>>) => void;
}

export function createOwnMailbox(deps: OwnMailboxDeps): OwnMailbox {
  const { pool, server, connections } = deps;

  async function find(userId: UserId, email: string): Promise<ConnectionId | null> {
    const found = await row<{ id: ConnectionId }>(
      pool,
      `select id from connection where user_id = $1 and lower(email) = $2 and lower(imap ->> 'host') = $3
         and lower(imap ->> 'username') = $2 order by id limit 1`,
      [userId, email, server.imap.host.toLowerCase()],
    );
    return found?.id ?? null;
  }

  return {
    async verify({ email, password }) {
      const { imap } = await deps.testConnection({ email, ...server, auth: { type: 'password', password } });
      if (imap.ok) return;
      throw new MailError({
        code: imap.code ?? 'SERVER_UNAVAILABLE',
        message: imap.message ?? 'The mail server could not be reached.',
        fix: imap.fix,
        on: 'imap',
      });
    },
    isConnected: async (userId, email) => (await find(userId, email)) !== null,
    async connect(userId, { email, password }) {
      const auth = { type: 'password', password } as const;
      try {
        const id = await find(userId, email);
        if (id === null) {
          await connections.create(userId, { email, name: '', ...server, auth });
          return;
        }
        const stored = await deps.passwordOf(id);
        if (stored !== null && stored !== password) {
          await connections.update(userId, { connectionId: presentConnectionId(id), auth });
        }
      } catch (error) {
        // The mailbox is theirs all the same: what keeps it from being connected is said where accounts are connected.
        if (!(error instanceof MailError)) throw error;
        deps.log('a mailbox was signed in with and not connected', { code: error.code, on: error.on });
      }
    },
  };
}
