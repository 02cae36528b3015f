/**
 * A password that nothing else contains goes through everything that a password goes through, in an app on its own
 * database that logs at `trace`. Afterwards no file of its data directory and no line of its log has it, in clear, base64
 * or hex.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MailServer, startMailServer, waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AppProcess, startApp } from '../../../scripts/lib/app-process.ts';
import { connectionTo, cookieOf, createClient, signUp } from './app.fixture.ts';

const RIGHT = 'canary-Xq7vB2mLw9Rt';
const WRONG = 'canary-Zk4nD8sHy1Pc';
const OWN = 'canary-Jw6gT3xVq2Md';
const APP = 'fake-app-password';

let mail: MailServer;
let dataDir: string;
let app: AppProcess | undefined;
beforeAll(async () => {
  mail = await startMailServer({
    accounts: [
      { email: 'ada@lab.test', password: RIGHT },
      { email: 'shop@lab.test', password: OWN },
    ],
  });
  dataDir = await mkdtemp(join(tmpdir(), 'postroom-canary-'));
});
afterAll(async () => {
  await app?.kill();
  await mail?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** How octets may stand in a file: as they are, in hex, and in base64 wherever in a group of three they begin. */
function spellings(text: string): string[] {
  const shifted = [0, 1, 2].map((before) => {
    const whole = Buffer.from('\0'.repeat(before) + text).toString('base64');
    // The first and last letters are shared with what stands beside.
    return whole.slice(before === 0 ? 0 : 4, -4);
  });
  return [text, Buffer.from(text).toString('hex'), Buffer.from(text, 'utf16le').toString('latin1'), ...shifted];
}

const has = (octets: string, text: string) => spellings(text).some((one) => octets.includes(one));

async function filesWith(text: string): Promise<string[]> {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    if (has((await readFile(path)).toString('latin1'), text)) found.push(path);
  }
  return found;
}

async function useAll(running: AppProcess): Promise<void> {
  const ada = await signUp(running.url, 'ada@app.test');
  const right = connectionTo(mail, 'ada@lab.test');
  const wrong = { ...right, auth: { type: 'password', password: WRONG } as const };
  await ada.api.connections.test.mutate(wrong);
  await expect(ada.api.connections.create.mutate(wrong)).rejects.toThrow();
  const { id: connectionId } = await ada.api.connections.create.mutate(right);
  const state = async () => (await ada.api.connections.list.query()).connections[0]?.state;
  await waitUntil(async () => (await state()) === 'live');
  await expect(ada.api.connections.update.mutate({ connectionId, auth: wrong.auth })).rejects.toThrow();
  await ada.api.connections.update.mutate({ connectionId, auth: right.auth });
  await ada.api.connections.doctor.mutate({ connectionId });
  const shop = { ...mail.endpoints.smtp, username: 'shop@lab.test', password: OWN };
  const identity = { connectionId, name: 'Shop', email: 'shop@lab.test', isDefault: false, smtp: shop };
  const refused = { ...identity, smtp: { ...shop, password: WRONG } };
  await ada.api.identities.test.mutate({ email: identity.email, smtp: refused.smtp });
  await expect(ada.api.identities.create.mutate(refused)).rejects.toThrow();
  await ada.api.identities.create.mutate(identity);
  const sent = { to: [{ email: 'ada@lab.test' }], subject: 'Canaries', message: '<p>They sing.</p>' };
  for (const fromEmail of ['ada@lab.test', 'shop@lab.test']) {
    const { id } = await ada.api.mail.send.mutate({ ...sent, fromEmail });
    await waitUntil(async () => (await ada.api.outbox.get.query({ id })).state === 'sent');
  }
  for (const password of [WRONG, RIGHT]) {
    const response = await createClient(running.url, '').fetch('/api/auth/sign-in/mail', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: 'ada@lab.test', password }),
    });
    expect([response.status, cookieOf(response) === '']).toEqual(password === RIGHT ? [200, false] : [401, true]);
  }
}

it('is in no file and no line of the log', { timeout: 90_000 }, async () => {
  const { imap, smtp } = mail.endpoints;
  app = await startApp({
    env: {
      DATA_DIR: dataDir,
      LOG_LEVEL: 'trace',
      MAIL_EGRESS: 'private',
      MAIL_TLS_CA_FILE: mail.caFile,
      IMAP_HOST: imap.host,
      IMAP_PORT: String(imap.port),
      SMTP_PORT: String(smtp.port),
    },
  });
  await useAll(app);
  const found = async () => (await Promise.all([RIGHT, WRONG, OWN, APP].map(filesWith))).flat();
  expect(await found()).toEqual([]);
  await app.stop();
  expect(await found()).toEqual([]);
  expect([RIGHT, WRONG, OWN, APP].filter((one) => has(app?.output() ?? '', one))).toEqual([]);
  // The same look finds what is no secret.
  expect((await filesWith('Canaries')).length).toBeGreaterThan(0);
});
