/** Waiting on servers that forget, or that must be asked: accounts/quirks/table.ts says which. */
import { type MemoryImap, startMemoryImap, waitUntil } from '@postroom/mail-lab';
import { ImapFlow } from 'imapflow';
import { afterEach, expect, it } from 'vitest';
import { NO_QUIRKS, type Quirks } from '../accounts/quirks/quirks.ts';
import { idle } from './idle.ts';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** Waits on the inbox until three commands of that name came, or in vain. */
async function commandsWhileIdle(
  capabilities: string[],
  { everyMs = 60_000, ...quirks }: Partial<Quirks> & { everyMs?: number },
  name: string,
): Promise<number> {
  const imap: MemoryImap = await startMemoryImap({ capabilities });
  const client = new ImapFlow({
    host: imap.host,
    port: imap.port,
    secure: false,
    doSTARTTLS: false,
    logger: false,
    disableAutoIdle: true,
    auth: { user: 'ada@lab.test', pass: 'not-a-secret-ada' },
  });
  client.on('error', () => undefined);
  open.push(
    () => imap.stop(),
    () => client.close(),
  );
  await client.connect();
  await client.mailboxOpen('INBOX');
  const commands = () => imap.commands().filter((line) => line.startsWith(name)).length;
  const before = commands();
  const stop = new AbortController();
  const idling = idle(
    { client, quirks: { ...NO_QUIRKS, ...quirks }, onElsewhere: () => undefined, everyMs, silentMs: 60_000 },
    stop.signal,
  );
  await waitUntil(() => commands() >= before + 3, { what: `three times ${name}` });
  stop.abort();
  await idling;
  return commands() - before;
}

it.each(['STATUS', 'SELECT', 'NOOP'] as const)(
  'Coremail, Naver: without IDLE the server is asked by %s',
  async (command) => {
    expect(await commandsWhileIdle(['IMAP4rev1'], { poll: { command, everyMs: 20 } }, command)).toBeGreaterThan(2);
  },
);

it('Rambler and Yahoo: an IDLE is begun anew before the server forgets it', async () => {
  expect(await commandsWhileIdle(['IMAP4rev1', 'IDLE'], { everyMs: 20 }, 'IDLE')).toBeGreaterThan(2);
});
