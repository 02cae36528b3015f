/** One message sent through a scriptable submission server that answers as it is told, and what became of it. Test code only. */
import type { ConnectionId, StoredError, UserId } from '@postroom/db';
import type { TestDatabase } from '@postroom/db/testing';
import type { MemorySmtp, SmtpScript } from '@postroom/mail-lab';
import { createDrafts, type Drafts } from './engine/drafts/save.ts';
import { row } from './engine/index/sql.ts';
import { dispatch } from './engine/outbox/dispatch.ts';
import { enqueue } from './engine/outbox/enqueue.ts';
import { type SubmitLimits, submit } from './engine/smtp/submit.ts';
import { newConnection } from './engine/sync/account.fixture.ts';
import type { Outgoing } from './lib/driver/schemas.ts';
import { createOutboxService } from './lib/services/outbox.ts';
import { createTlsPolicy } from './security/tls.ts';

/** As it stands in sentences. */
export const HOST = 'mail.example.com';
export const USER_ID = 'u1' as UserId;
/** A server that is told to be silent is given up soon, and one that is told to speak is given the time that a busy machine needs. */
const IMPATIENT: SubmitLimits = { connectMs: 1_000, silentMs: 1_500 };
const PATIENT: SubmitLimits = { connectMs: 30_000, silentMs: 30_000 };

const senderOf = (id: ConnectionId) => ({ id, userId: USER_ID, email: 'ada@lab.test', name: 'Ada' });

export interface Attempted {
  readonly id: string;
  readonly outgoing: Outgoing;
  /** Why the account sends nothing more. */
  readonly paused: StoredError | null;
}

export interface AnswerLab {
  /** A new account's message to these, sent once. */
  attempt(script: SmtpScript, to?: readonly string[]): Promise<Attempted>;
  /** The same account's outbox so many milliseconds later. */
  again(attempted: Attempted, laterMs?: number): Promise<Attempted>;
  readonly outbox: ReturnType<typeof createOutboxService>;
  /** A draft of the same account. */
  draft(attempted: Attempted, draftId: string): ReturnType<Drafts['get']>;
  /** One more of the same account, sent once. */
  another(attempted: Attempted): Promise<Attempted>;
}

export function createAnswerLab({ pool }: TestDatabase, smtp: MemorySmtp): AnswerLab {
  const outbox = createOutboxService({ pool });
  const accounts = new Map<string, ConnectionId>();
  let limits = PATIENT;
  const user = smtp.users[0] as { user: string; password: string };
  const tls = createTlsPolicy({ extraCa: smtp.ca ?? null, insecureHosts: [] }).optionsFor('localhost');

  async function run(connectionId: ConnectionId, laterMs: number): Promise<void> {
    await dispatch(
      {
        pool,
        now: () => new Date(Date.now() + laterMs),
        submit: (_connectionId, request) =>
          submit(
            {
              endpoint: { host: HOST, port: smtp.port, security: 'starttls', username: user.user },
              auth: { type: 'password', password: user.password },
            },
            { address: '127.0.0.1', tls },
            request,
            limits,
          ),
      },
      connectionId,
      new AbortController().signal,
    );
  }

  async function seen(connectionId: ConnectionId, id: string): Promise<Attempted> {
    const found = await row<{ sending_error: StoredError | null }>(
      pool,
      'select sending_error from connection where id = $1',
      [connectionId],
    );
    return { id, outgoing: await outbox.get(USER_ID, id), paused: found?.sending_error ?? null };
  }

  async function send(connectionId: ConnectionId, to: readonly string[]): Promise<Attempted> {
    const letter = { to: to.map((email) => ({ email })), subject: 'Plans', message: '<p>Shall we?</p>' };
    const { id } = await enqueue(pool, senderOf(connectionId), letter);
    accounts.set(id, connectionId);
    await run(connectionId, 0);
    return seen(connectionId, id);
  }

  const accountOf = ({ id }: Attempted) => accounts.get(id) as ConnectionId;
  return {
    outbox,
    async attempt(script, to = ['bob@lab.test']) {
      smtp.heal();
      smtp.messages.length = 0;
      smtp.set(script);
      limits = script.hang === undefined ? PATIENT : IMPATIENT;
      return send(await newConnection({ pool }), to);
    },
    async again(attempted, laterMs = 0) {
      await run(accountOf(attempted), laterMs);
      return seen(accountOf(attempted), attempted.id);
    },
    draft: (attempted, draftId) =>
      createDrafts({ pool, withImap: () => Promise.reject(new Error('There is no IMAP server here')) }).get(
        senderOf(accountOf(attempted)),
        draftId,
      ),
    another: (attempted) => send(accountOf(attempted), ['carol@lab.test']),
  };
}
