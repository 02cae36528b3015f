/** The stream of changes: what is told to those who begin to listen, and to those who come back. */
import { startMemoryImap, startMemorySmtp, waitUntil } from '@postroom/mail-lab';
import { expect, it } from 'vitest';
import { startTestApp } from './app.fixture.ts';

const USER = { user: 'ada@lab.test', password: 'fake-password' };

it('who comes back is told first to fetch again, who begins is told of what happens from then on', async () => {
  const imap = await startMemoryImap({ users: [USER] });
  const smtp = await startMemorySmtp({ users: [USER], tls: 'none' });
  const app = await startTestApp();
  try {
    const ada = await app.signUp();
    const [begins, comesBack] = [await ada.events(), await ada.events('some-id')];
    await waitUntil(async () => comesBack.seen.length === 1, { what: 'the first event' });
    await ada.api.connections.create.mutate({
      email: USER.user,
      imap: { host: '127.0.0.1', port: imap.port, security: 'none' },
      smtp: { host: '127.0.0.1', port: smtp.port, security: 'none' },
      auth: { type: 'password', password: USER.password },
    });
    const told = { kind: 'connection', connectionId: 'c1', ids: ['c1'] };
    await waitUntil(async () => begins.seen.length > 0 && comesBack.seen.length > 1, { what: 'the change' });
    expect(begins.seen[0]).toEqual(told);
    expect(comesBack.seen.slice(0, 2)).toEqual([{ kind: 'resync', connectionId: '', ids: [] }, told]);
    begins.stop();
    comesBack.stop();
    await Promise.all([begins.ended, comesBack.ended]);
  } finally {
    await app.stop();
    await Promise.all([imap.stop(), smtp.stop()]);
  }
});
