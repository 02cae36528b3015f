/** Servers as the table has them, played by the in-memory server: what the engine then does on the wire. */
import type { ConnectionId } from '@postroom/db';
import { type MemoryImap, type MemoryImapOptions, message, startMemoryImap, waitUntil } from '@postroom/mail-lab';
import { afterEach, expect, it } from 'vitest';
import { connectImap } from '../../imap/connect.ts';
import type { FlagUpdate, ImapSession } from '../../imap/types.ts';
import { UidSet } from '../../imap/uid-set.ts';
import { sourceOfBuffer } from '../../mime/index.ts';

const PLAIN = ['IMAP4rev1', 'ID', 'IDLE', 'UIDPLUS', 'LITERAL+'];
const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function start(options: MemoryImapOptions): Promise<{ imap: MemoryImap; session: ImapSession }> {
  const imap = await startMemoryImap(options);
  open.push({ close: () => imap.stop() });
  const endpoint = { host: imap.host, port: imap.port, security: 'none' as const, username: 'ada@lab.test' };
  const session = await connectImap(
    { connectionId: 1 as ConnectionId, email: endpoint.username, endpoint, auth: password },
    { address: imap.host, tls: {} },
  );
  open.push({ close: () => session.destroy() });
  return { imap, session };
}
const password = { type: 'password' as const, password: 'not-a-secret-ada' };
const commandsOf = (imap: MemoryImap, name: RegExp) => imap.commands().filter((line) => name.test(line));

it('iCloud: QRESYNC is offered and not used, so that a VANISHED that lies removes nothing', async () => {
  const { imap, session } = await start({
    capabilities: [...PLAIN, 'ENABLE', 'CONDSTORE', 'QRESYNC', 'XAPPLEPUSHSERVICE'],
    onCommand: ({ name, line }) =>
      name === 'EXAMINE' && line.includes('QRESYNC') ? { before: ['* VANISHED (EARLIER) 1:*'] } : undefined,
  });
  imap.mailbox('INBOX').append(message());
  expect(session.capabilities.qresync).toBe(false);
  const selected = await session.select('INBOX', { readOnly: true });
  expect(selected).toMatchObject({ exists: 1, resync: null });
});

it('Coremail: ID comes before SELECT', async () => {
  let hasSaidWho = false;
  const { session } = await start({
    greeting: '* OK Coremail System IMap Server Ready(163com)',
    capabilities: ['IMAP4rev1', 'ID'],
    onCommand: ({ name }) => {
      hasSaidWho ||= name === 'ID';
      return /SELECT|EXAMINE/.test(name) && !hasSaidWho
        ? { answer: ['{tag} NO SELECT Unsafe Login. Please contact kefu'] }
        : undefined;
    },
  });
  expect(session.quirks.names).toEqual(['Coremail']);
  expect((await session.select('INBOX')).exists).toBe(0);
});

it.each([
  { greeting: '* OK Yandex IMAP4rev1 at lab', fails: false },
  { greeting: '* OK ready', fails: true },
])(
  'a connection cut while idle is an error unless the server is known for it: $greeting',
  async ({ greeting, fails }) => {
    const { imap, session } = await start({ capabilities: PLAIN, greeting });
    await session.select('INBOX', { readOnly: true });
    const idling = session.idle(new AbortController().signal).then(
      () => false,
      () => true,
    );
    await waitUntil(() => imap.commands().includes('IDLE'));
    imap.cutAll();
    expect(await idling).toBe(fails);
  },
);

it('Microsoft: keywords are not relied on, and a FETCH names a thousand messages at most', async () => {
  const { imap, session } = await start({
    capabilities: PLAIN,
    greeting: '* OK The Microsoft Exchange IMAP4 service is ready.',
  });
  const inbox = imap.mailbox('INBOX');
  const raw = message();
  for (let count = 0; count < 1_200; count++) inbox.append(raw);
  expect((await session.select('INBOX')).keywordsAllowed).toBe(false);
  const changed: FlagUpdate[] = [];
  await session.fetchFlags(UidSet.range(1, 1_200), { onBatch: async (batch) => void changed.push(...batch) });
  expect(changed).toHaveLength(1_200);
  expect(commandsOf(imap, /^UID FETCH/)).toHaveLength(2);
});

it('Courier: APPEND to a mailbox that was only EXAMINEd is done after a SELECT', async () => {
  let isExamined = false;
  const { imap, session } = await start({
    capabilities: PLAIN,
    greeting: '* OK [CAPABILITY IMAP4rev1] Courier-IMAP ready. Copyright 1998-2021 Double Precision, Inc.',
    onCommand: ({ name }) => {
      if (/SELECT|EXAMINE/.test(name)) isExamined = name === 'EXAMINE';
      return name === 'APPEND' && isExamined ? { answer: ['{tag} NO Mailbox is opened read-only'] } : undefined;
    },
  });
  await session.select('Sent', { readOnly: true });
  await session.append('Sent', sourceOfBuffer(message()), { system: ['seen'], keywords: [] });
  expect(imap.mailbox('Sent').messages).toHaveLength(1);
});

it('Proton Bridge: where UID EXPUNGE is refused what is ours goes by EXPUNGE, and what others marked stays', async () => {
  const { imap, session } = await start({
    capabilities: PLAIN,
    onCommand: ({ name }) => {
      if (name === 'UID EXPUNGE') return { answer: ['{tag} NO UID EXPUNGE'] };
      if (name !== 'ID') return undefined;
      return { edit: (lines) => lines.map((line) => line.replace('memory', 'Proton Mail Bridge')) };
    },
  });
  const inbox = imap.mailbox('INBOX');
  // From here on UIDs are no sequence numbers.
  inbox.expunge(inbox.append(message()).uid);
  const ours = inbox.append(message({ subject: 'Ours' }));
  const theirs = inbox.append(message({ subject: 'Theirs' }), { flags: ['\\Deleted'] });
  await session.select('INBOX');
  expect(await session.expunge(UidSet.of([ours.uid]))).toEqual({ left: [ours.uid] });
  expect(inbox.messages).toHaveLength(2);
  inbox.setFlags(theirs.uid, []);
  expect(await session.expunge(UidSet.of([ours.uid]))).toEqual({ left: [] });
  expect(inbox.messages.map(({ uid }) => uid)).toEqual([theirs.uid]);
});
