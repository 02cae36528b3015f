/** Sending from an account on a real Dovecot through a scriptable SMTP server, a step at a time. Test code only. */
import type { UserId } from '@postroom/db';
import type { TestDatabase } from '@postroom/db/testing';
import type { MemorySmtp } from '@postroom/mail-lab';
import type { SendInput } from '../../lib/driver/schemas.ts';
import { createTlsPolicy } from '../../security/tls.ts';
import type { WithImap } from '../accounts/access.ts';
import { submit } from '../smtp/submit.ts';
import { type TestAccount, withAccount } from '../sync/account.fixture.ts';
import { enqueue, type Sender } from './enqueue.ts';
import { createOutboxDispatcher } from './index.ts';
import type { Submit } from './submission.ts';

export const USER_ID = 'u1' as UserId;

export interface Sending {
  readonly account: TestAccount;
  readonly sender: Sender;
  /** Queues a message; its id. */
  send(input?: Partial<SendInput>): Promise<string>;
  /** The account's outbox work as it would be done so many milliseconds from now. Gives when the next of it is due. */
  run(later?: number, through?: Submit): Promise<Date | null>;
  readonly through: Submit;
  readonly withImap: WithImap;
}

export const withSending = (database: TestDatabase, smtp: MemorySmtp, body: (sending: Sending) => Promise<void>) =>
  withAccount(database, {}, async (account) => {
    smtp.heal();
    smtp.messages.length = 0;
    const user = smtp.users[0] as { user: string; password: string };
    const tls = createTlsPolicy({ extraCa: smtp.ca ?? null, insecureHosts: [] }).optionsFor('localhost');
    const through: Submit = (_connectionId, request) =>
      submit(
        {
          endpoint: { host: 'smtp.lab.test', port: smtp.port, security: 'starttls', username: user.user },
          auth: { type: 'password', password: user.password },
        },
        { address: '127.0.0.1', tls },
        request,
      );
    const withImap: WithImap = (_connectionId, _purpose, work) => work(account.session, new AbortController().signal);
    const sender: Sender = { id: account.connectionId, userId: USER_ID, email: 'ada@lab.test', name: 'Ada' };
    await account.look();
    await body({
      account,
      sender,
      through,
      withImap,
      send: async (input = {}) =>
        (
          await enqueue(database.pool, sender, {
            to: [{ email: 'bob@lab.test' }],
            subject: 'Plans',
            message: '<p>Shall we?</p>',
            ...input,
          })
        ).id,
      run: (later = 0, via = through) =>
        createOutboxDispatcher({
          pool: database.pool,
          submit: via,
          withImap,
          now: () => new Date(Date.now() + later),
        }).run(account.connectionId, new AbortController().signal),
    });
  });
