/** Every way in which connecting fails, as the person at the screen sees it: on the side that failed, in words, with what to do. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test as base, expect, type Page } from '@playwright/test';
import {
  freePorts,
  type MailServer,
  message,
  startMailServer,
  startMemoryImap,
  startMemorySmtp,
  writeCertificate,
} from '@postroom/mail-lab';
import { listenWith } from '../apps/server/src/engine/accounts/connection-test.fixture.ts';
import type { AppProcess } from '../scripts/lib/app-process.ts';
import { startFreshApp } from './fresh-app.ts';
import { connectAccount, look, row, signUp } from './steps.ts';

type Side = 'imap' | 'smtp';
const ADA = { name: 'Ada Lund', email: 'ada@lab.test' };
const PASSWORD = 'not-a-secret-ada';
const probe = (page: Page, side: Side) => page.getByTestId(`probe-${side}`);

interface Lab {
  readonly mail: MailServer;
  readonly app: AppProcess;
  /** To be ended with the test. */
  ending<T extends { stop(): Promise<unknown> }>(server: T): T;
}

const test = base.extend<{ lab: Lab }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
  lab: async ({}, use) => {
    const mail = await startMailServer();
    const app = await startFreshApp({ env: { MAIL_TLS_CA_FILE: mail.caFile } });
    const ends: (() => Promise<unknown>)[] = [];
    await use({
      mail,
      app,
      ending(server) {
        ends.push(() => server.stop());
        return server;
      },
    });
    await app.stop();
    for (const end of ends) await end();
    await mail.stop();
  },
});

interface Typed {
  readonly port: number;
  readonly security?: 'TLS' | 'STARTTLS' | 'None';
}

/** Fills in both servers and has them tested; what is right leads on to the mail, before one sees that it is. */
async function submit(page: Page, sides: Record<Side, Typed>): Promise<void> {
  for (const side of ['imap', 'smtp'] as const) {
    const { port, security = 'TLS' } = sides[side];
    const fields = page.getByRole('group', { name: side === 'imap' ? 'Incoming mail' : 'Outgoing mail' });
    await fields.locator(`[name=${side}-host]`).fill('localhost');
    await fields.getByLabel('Security').selectOption({ label: security });
    await fields.locator(`[name=${side}-port]`).fill(String(port));
  }
  await page.getByTestId('connect-submit').click();
}

/** The same with something that is wrong: how each did stays on the screen. */
async function tryWith(page: Page, sides: Record<Side, Typed>): Promise<void> {
  await submit(page, sides);
  for (const side of ['imap', 'smtp'] as const) {
    await expect(probe(page, side)).toHaveAttribute('data-ok', /true|false/, { timeout: 35_000 });
  }
}

test('what is wrong with a server is said beside it, with the next thing to do', async ({ lab, page }, info) => {
  test.setTimeout(240_000);
  const { mail, app, ending } = lab;
  const right = { imap: { port: mail.endpoints.imap.port }, smtp: { port: mail.endpoints.smtp.port } };
  await signUp(page, app, ADA);
  await page.locator('[name=mail-address]').fill(ADA.email);
  await page.locator('[name=mail-password]').fill('not-the-password');
  await page.keyboard.press('Enter');
  await page.locator('[name=imap-host]').waitFor();

  await test.step('a wrong password', async () => {
    await tryWith(page, right);
    for (const side of ['imap', 'smtp'] as const) {
      await expect(probe(page, side)).toContainText('server does not accept this user name and password');
    }
    await look(page, info, 'wrong-password');
  });
  await page.locator('[name=mail-password]').fill(PASSWORD);

  await test.step('a port where nothing answers, and one where something else does', async () => {
    const [closed = 0] = await freePorts(1);
    const shell = ending(await listenWith((socket) => void socket.write('SSH-2.0-hidden-banner\r\n')));
    await tryWith(page, { imap: { port: closed }, smtp: { port: shell.port, security: 'None' } });
    await expect(probe(page, 'imap')).toContainText(`localhost does not answer on port ${closed}.`);
    await expect(probe(page, 'smtp')).toContainText('is no outgoing (SMTP) mail server');
    await expect(page.getByText('hidden-banner')).toHaveCount(0);
    await look(page, info, 'nothing-answers');
  });

  await test.step('a server that says nothing, and TLS where it does not begin with it', async () => {
    const silent = ending(await listenWith());
    await tryWith(page, {
      imap: { port: silent.port, security: 'STARTTLS' },
      smtp: { port: mail.postfix.submissionPort },
    });
    await expect(probe(page, 'imap')).toContainText('did not say a word in time');
    await expect(probe(page, 'smtp')).toContainText('does not begin with TLS');
    await look(page, info, 'silence');
  });

  await test.step('an app password that is wanted, and sending that is switched off', async () => {
    const imap = ending(
      await startMemoryImap({
        onCommand: ({ name }) =>
          /^(LOGIN|AUTHENTICATE)$/.test(name)
            ? { answer: ['{tag} NO [ALERT] Application-specific password required'] }
            : undefined,
      }),
    );
    const smtp = ending(
      await startMemorySmtp({
        tls: 'none',
        replies: { auth: '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled.' },
      }),
    );
    await tryWith(page, {
      imap: { port: imap.port, security: 'None' },
      smtp: { port: smtp.port, security: 'None' },
    });
    await expect(probe(page, 'imap')).toContainText('wants an app password instead of your usual one');
    await expect(probe(page, 'smtp')).toContainText('turned off for this account');
    await look(page, info, 'app-password');
  });

  await test.step('a server that has enough, and one that cannot just now', async () => {
    const imap = ending(
      await startMemoryImap({
        onCommand: ({ name }) =>
          /^(LOGIN|AUTHENTICATE)$/.test(name)
            ? { answer: ['{tag} NO [LIMIT] Too many simultaneous connections'] }
            : undefined,
      }),
    );
    const smtp = ending(
      await startMemorySmtp({ tls: 'none', replies: { auth: '454 4.7.0 Temporary authentication failure' } }),
    );
    await tryWith(page, {
      imap: { port: imap.port, security: 'None' },
      smtp: { port: smtp.port, security: 'None' },
    });
    await expect(probe(page, 'imap')).toContainText('allows no further connection just now');
    await expect(probe(page, 'smtp')).toContainText('cannot serve this account at the moment');
    await look(page, info, 'busy');
  });

  await test.step('twice the same', async () => {
    await submit(page, right);
    await page.getByTestId('thread-list').or(page.getByText('Inbox').first()).first().waitFor();
    await page.goto(`${app.url}/connect`);
    await connectAccount(page, mail, ADA.email);
    await expect(page.getByRole('alert')).toContainText('ada@lab.test is connected already.');
    await look(page, info, 'twice');
  });

  await test.step('too often', async () => {
    await expect(async () => {
      await page.getByTestId('connect-submit').click();
      await expect(page.getByRole('alert')).toContainText('Too many attempts.', { timeout: 3_000 });
    }).toPass({ timeout: 60_000 });
    await look(page, info, 'too-often');
  });
});

const fingerprintOf = async ({ directory }: { directory: string }) =>
  new X509Certificate(await readFile(join(directory, 'tls/cert.pem'))).fingerprint256;
/** Another key and certificate for each of its servers. */
async function renew({ dovecot, postfix }: MailServer): Promise<void> {
  for (const server of [dovecot, postfix]) {
    writeCertificate(join(server.directory, 'tls'), 'self-signed');
    await server.kill();
    await server.start();
  }
}

test('a certificate that was trusted and is another one stops the account, is compared, and trusted anew', async ({
  page,
}, info) => {
  test.setTimeout(150_000);
  const mail = await startMailServer({ certificate: 'self-signed' });
  const app = await startFreshApp();
  const letter = (subject: string) =>
    message({ from: 'Bob Ivers <bob@lab.test>', to: ADA.email, subject, text: 'Hello' });
  await mail.deliver(ADA.email, letter('Before'));
  await signUp(page, app, ADA);
  await connectAccount(page, mail, ADA.email);
  for (const side of ['imap', 'smtp'] as const) {
    await probe(page, side).getByRole('button', { name: 'Trust this certificate' }).click();
    await expect(probe(page, side).or(row(page, 'Before'))).toBeVisible();
  }
  await expect(row(page, 'Before')).toBeVisible();
  const before = await fingerprintOf(mail.dovecot);
  await renew(mail);
  expect(await fingerprintOf(mail.dovecot)).not.toBe(before);
  await mail.deliver(ADA.email, letter('After'));

  await test.step('the account stops and says so', async () => {
    await expect(page.getByTestId('connection-problem')).toContainText(
      'does not show the certificate that you trusted, but one with another key. No password was sent.',
      { timeout: 30_000 },
    );
    await look(page, info, 'changed-inbox');
    await page.getByTestId('connection-problem').click();
    await expect(page.getByTestId('account-row')).toHaveAttribute('data-state', 'needs-attention');
    await look(page, info, 'changed-accounts');
  });
  const checks = page.getByTestId('doctor-checks');
  const trust = page.getByRole('button', { name: 'Trust this certificate' });
  await test.step('the new ones are shown, to be compared', async () => {
    await page.getByRole('button', { name: 'Look at the certificate' }).click();
    for (const server of [mail.dovecot, mail.postfix]) {
      await expect(checks.getByText(await fingerprintOf(server))).toBeVisible();
    }
    await look(page, info, 'changed-certificate');
  });
  await test.step('both trusted, everything goes on', async () => {
    await trust.first().click();
    await expect(checks.getByText('Trusted for this account.')).toBeVisible();
    await look(page, info, 'changed-one-trusted');
    await trust.click();
    await expect(checks.getByText('answers and accepts the password')).toHaveCount(2);
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('account-row')).toHaveAttribute('data-state', /syncing|live/);
    await page.goto(`${app.url}/mail/inbox`);
    await expect(row(page, 'After')).toBeVisible();
    await page.goto(`${app.url}/settings/security`);
    await expect(page.getByTestId('activity').getByText('Certificate trusted of')).toHaveCount(4);
    await page.getByTestId('activity').scrollIntoViewIfNeeded();
    await look(page, info, 'changed-log');
  });
  await app.stop();
  await mail.stop();
});
