/** Every message of the shared corpus, through the whole app: it is listed, opens, and downloads octet by octet. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { connectImap, startDovecot, startMemorySmtp, waitUntil } from '@postroom/mail-lab';
import { expect, it } from 'vitest';
import { type AppClient, startTestApp } from './app.fixture.ts';

const CORPUS = join(import.meta.dirname, '../../../../shared/corpus');
const MAX_BYTES = 5 * 1024 * 1024;
const ADA = { user: 'ada@lab.test', password: 'not-a-secret-ada' };

function corpusSources(): Buffer[] {
  return readdirSync(CORPUS, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ['.eml', '.txt', '.msg'].includes(extname(entry.name)))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
    .filter((source) => source.length > 0 && source.length < MAX_BYTES && !source.includes(0));
}

/** How often the server has each source, by its own octets: it stores line ends its way. */
async function sourcesOn(other: Awaited<ReturnType<typeof connectImap>>): Promise<Map<string, number>> {
  const sources = new Map<string, number>();
  await other.mailboxOpen('INBOX');
  for await (const { source } of other.fetch('1:*', { source: true })) {
    const octets = source?.toString('latin1') ?? '';
    sources.set(octets, (sources.get(octets) ?? 0) + 1);
  }
  return sources;
}

async function allThreads(ada: AppClient): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: { threads: { id: string }[]; nextPageToken: string | null } = await ada.api.mail.listThreads.query({
      max: 100,
      cursor,
    });
    ids.push(...page.threads.map(({ id }) => id));
    cursor = page.nextPageToken;
  }
  return ids;
}

it.skipIf(!existsSync(CORPUS))(
  'every message of the corpus is listed, opens, and its raw download is identical',
  async () => {
    const dovecot = await startDovecot({ users: [ADA] });
    const smtp = await startMemorySmtp({ users: [ADA], tls: 'none' });
    const app = await startTestApp();
    try {
      const sources = corpusSources();
      const other = await connectImap(dovecot, ADA.user);
      for (const source of sources) await other.append('INBOX', source);
      const exact = await sourcesOn(other);
      const ada = await app.signUp();
      await ada.api.connections.create.mutate({
        email: ADA.user,
        imap: { host: '127.0.0.1', port: dovecot.imapPort, security: 'none' },
        smtp: { host: '127.0.0.1', port: smtp.port, security: 'none' },
        auth: { type: 'password', password: ADA.password },
      });
      await waitUntil(async () => (await ada.api.connections.list.query()).connections[0]?.state === 'live', {
        timeoutMs: 60_000,
      });
      let opened = 0;
      for (const id of await allThreads(ada)) {
        for (const { id: messageId, bodyError } of (await ada.api.mail.get.query({ id })).messages) {
          expect(bodyError).toBeUndefined();
          const raw = Buffer.from(await (await ada.fetch(`/api/messages/${messageId}/raw`)).arrayBuffer());
          const octets = raw.toString('latin1');
          const left = exact.get(octets) ?? 0;
          if (left > 0) exact.set(octets, left - 1);
          opened += 1;
        }
      }
      expect(opened).toBe(sources.length);
      expect([...exact.values()].reduce((sum, left) => sum + left, 0)).toBe(0);
      await other.logout();
    } finally {
      await app.stop();
      await smtp.stop();
      await dovecot.stop();
    }
  },
  180_000,
);
