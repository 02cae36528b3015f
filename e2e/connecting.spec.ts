/** Connecting a mail account as a person does: by a provider's sign-in page, and what is seen when that goes wrong. */
import { test as base, expect, type Page } from '@playwright/test';
import { type MailServer, message, type OpenIdServer, startMailServer, startOpenId } from '@postroom/mail-lab';
import type { AppProcess } from '../scripts/lib/app-process.ts';
import { startFreshApp } from './fresh-app.ts';
import { look, row, signUp } from './steps.ts';

interface World {
  readonly openid: OpenIdServer;
  readonly mail: MailServer;
  readonly app: AppProcess;
}

/** A mail server of its own, with an identity provider that it believes, and an app that nobody has used. */
const test = base.extend<{ world: World }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
  world: async ({}, use) => {
    const openid = await startOpenId();
    const mail = await startMailServer({ dovecot: { oauth: { introspectionUrl: openid.introspectionUrl } } });
    const env = {
      MAIL_TLS_CA_FILE: mail.caFile,
      IMAP_HOST: 'localhost',
      IMAP_PORT: String(mail.endpoints.imap.port),
      SMTP_PORT: String(mail.endpoints.smtp.port),
      MAIL_OAUTH_ISSUER: openid.issuer,
      MAIL_OAUTH_CLIENT_ID: openid.client.id,
      MAIL_OAUTH_CLIENT_SECRET: openid.client.secret,
      MAIL_OAUTH_SCOPES: 'openid email offline_access mail',
    };
    const app = await startFreshApp({ env });
    openid.allowRedirect(`${app.url}/connect/mail`);
    await use({ openid, mail, app });
    await app.stop();
    await mail.stop();
    await openid.stop();
  },
});

const letter = (subject: string) =>
  message({ from: 'Bob Ivers <bob@lab.test>', to: 'ada@lab.test', subject, text: 'Hello', html: '<p>Hello</p>' });

/** On the provider's page. */
async function answer(page: Page, email: string, says: 'Allow' | 'Deny') {
  await page.getByRole('heading', { name: 'The mail server’s own sign-in page' }).waitFor();
  await page.getByLabel('Address').fill(email);
  await page.getByRole('button', { name: says }).click();
}

test('by the provider’s sign-in page: a no, the right one, a withdrawn consent, and somebody else', async ({
  world: { app, mail, openid },
  page,
}, info) => {
  await mail.deliver('ada@lab.test', letter('Ferry on Friday'));
  await signUp(page, app, { name: 'Ada Lund', email: 'ada@lab.test' });

  await test.step('the address is enough to be sent there, and it is filled in', async () => {
    await expect(page.getByTestId('sign-in-mail')).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(page.getByText('On localhost’s own page. Postroom never sees the password.')).toBeVisible();
    await expect(page.locator('[name=mail-password]')).toBeHidden();
    await page.getByTestId('sign-in-mail').click();
    await expect(page.getByLabel('Address')).toHaveValue('ada@lab.test');
  });

  await test.step('whoever says no is told what to do', async () => {
    await answer(page, 'ada@lab.test', 'Deny');
    await expect(page.getByTestId('sign-in-problem')).toContainText(
      'localhost was not allowed to give Postroom your mail',
    );
    expect(new URL(page.url()).pathname).toBe('/connect/mail');
    await look(page, info, 'not-allowed');
  });

  await test.step('whoever allows it reads mail', async () => {
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await answer(page, 'ada@lab.test', 'Allow');
    await expect(row(page, 'Ferry on Friday')).toBeVisible();
    expect(page.url()).not.toMatch(/code=|state=/);
  });

  await test.step('a withdrawn consent is told once, with the way out', async () => {
    openid.revokeAll();
    await mail.dovecot.kick('ada@lab.test');
    await mail.deliver('ada@lab.test', letter('Came meanwhile'));
    await expect(page.getByTestId('connection-problem')).toContainText('The permission for this mailbox has ended');
    await expect(row(page, 'Ferry on Friday')).toBeVisible();
    await look(page, info, 'withdrawn');
    await page.getByTestId('connection-problem').click();
    await expect(page.getByRole('button', { name: 'Sign in again' })).toBeVisible();
    await look(page, info, 'withdrawn-settings');
    await page.getByRole('button', { name: 'Sign in again' }).click();
  });

  await test.step('as somebody else it is not signed in', async () => {
    await answer(page, 'bob@lab.test', 'Allow');
    await expect(page.getByTestId('sign-in-problem')).toContainText(
      'You signed in as bob@lab.test, but this account is ada@lab.test.',
    );
    await look(page, info, 'somebody-else');
    await page.getByRole('button', { name: 'Back' }).click();
  });

  await test.step('as oneself everything goes on, and nothing is lost', async () => {
    openid.revokeAll();
    await page.goto(`${app.url}/settings/accounts`);
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await answer(page, 'ada@lab.test', 'Allow');
    await expect(row(page, 'Came meanwhile')).toBeVisible();
    await expect(row(page, 'Ferry on Friday')).toBeVisible();
    await expect(page.getByTestId('connection-problem')).toBeHidden();
  });
});

test('by the address and a password, with a certificate that nobody has signed: compared, trusted, and examined', async ({
  page,
}) => {
  const mail = await startMailServer({ certificate: 'self-signed' });
  const env = {
    IMAP_HOST: 'localhost',
    IMAP_PORT: String(mail.endpoints.imap.port),
    SMTP_PORT: String(mail.endpoints.smtp.port),
  };
  const app = await startFreshApp({ env });
  const host = (side: 'imap' | 'smtp') => page.locator(`[name=${side}-host]`);
  const probe = (side: 'imap' | 'smtp') => page.getByTestId(`probe-${side}`);
  const connect = () => page.getByTestId('connect-submit').click();
  await mail.deliver('ada@lab.test', letter('Ferry on Friday'));
  await signUp(page, app, { name: 'Ada Lund', email: 'ada@lab.test' });

  await test.step('the servers are found by the address', async () => {
    await page.locator('[name=mail-address]').fill('ada@lab.test');
    await page.locator('[name=mail-password]').fill(mail.accounts[0]?.password ?? '');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('found-settings')).toContainText('Found the settings of localhost.');
    await page.getByRole('button', { name: 'Edit settings' }).click();
  });

  await test.step('each server says for itself what is wrong with it', async () => {
    await host('imap').fill('10.0.0.1');
    await host('smtp').fill('nowhere.invalid');
    await connect();
    await expect(probe('imap')).toContainText('MAIL_EGRESS_ALLOW');
    await expect(probe('smtp')).toContainText('There is no server by the name of nowhere.invalid');
  });

  await test.step('the certificate is shown, with its fingerprint, before it can be trusted', async () => {
    for (const side of ['imap', 'smtp'] as const) await host(side).fill('localhost');
    await connect();
    for (const side of ['imap', 'smtp'] as const) {
      await expect(probe(side)).toContainText('No password was sent');
      await expect(probe(side)).toContainText('It was issued by the server itself.');
      await expect(probe(side).getByText(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)).toBeVisible();
    }
    await probe('imap').getByRole('button', { name: 'Trust this certificate' }).click();
    await expect(probe('imap')).toHaveAttribute('data-ok', 'true');
    await expect(probe('smtp')).toHaveAttribute('data-ok', 'false');
    await probe('smtp').getByRole('button', { name: 'Trust this certificate' }).click();
    await expect(row(page, 'Ferry on Friday')).toBeVisible();
  });

  await test.step('the account is examined, and the report holds no secret', async () => {
    await page.goto(`${app.url}/settings/accounts`);
    await page.getByTestId('account-row').getByRole('button', { name: 'More for this account' }).click();
    await page.getByRole('menuitem', { name: 'Check the connection' }).click();
    const checks = page.getByTestId('doctor-checks');
    await expect(checks).toContainText(`localhost:${mail.endpoints.imap.port} answers and accepts the password.`);
    await expect(checks).toContainText('The server offers IDLE.');
    await expect(checks).toContainText('You have trusted the certificate of localhost yourself.');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy the report' }).click();
    const report = await page.evaluate(() => navigator.clipboard.readText());
    expect(report).toContain('ok   imap:');
    expect(report).not.toContain(mail.accounts[0]?.password ?? '');
    expect(report).not.toContain('ada@lab.test');
  });
  await app.stop();
  await mail.stop();
});
