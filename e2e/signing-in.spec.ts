/** The ways in, in the browser: mail account, code, passkey, invitation, forgotten password, single sign-on. */
import { expect, type Page } from '@playwright/test';
import { type MailServer, startOpenId } from '@postroom/mail-lab';
import { oneTimeCode } from '../apps/server/src/one-time-code.fixture.ts';
import type { AppProcess } from '../scripts/lib/app-process.ts';
import { test } from './app.fixture.ts';
import { startFreshApp } from './fresh-app.ts';
import { look, signUp } from './steps.ts';

const PASSWORD = 'fake-app-password';
const ada = { name: 'Ada Lund', email: 'ada@lab.test' };

/** An app beside the usual one, with more in its environment. */
async function withApp(mail: MailServer, env: Record<string, string>, work: (app: AppProcess) => Promise<void>) {
  const app = await startFreshApp({ env: { MAIL_TLS_CA_FILE: mail.caFile, ...env } });
  try {
    await work(app);
  } finally {
    await app.stop();
  }
}

async function signOut(page: Page): Promise<void> {
  await page.context().clearCookies();
  await page.goto('about:blank');
}

async function typePassword(page: Page, app: AppProcess, email: string, password = PASSWORD): Promise<void> {
  await page.goto(`${app.url}/sign-in`);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

test('a code beside the password, a passkey, and what happened in the log', async ({ app, page }, info) => {
  const client = await page.context().newCDPSession(page);
  await client.send('WebAuthn.enable');
  await client.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await signUp(page, app, ada);
  await page.goto(`${app.url}/settings/security`);

  await test.step('turn the code on', async () => {
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByLabel('Your password').fill('not-the-password');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toContainText('password is not right');
    await page.getByLabel('Your password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('img', { name: 'Code from an app' })).toBeVisible();
    await look(page, info, 'code-setup');
  });
  const key = (await page.getByTestId('totp-key').textContent()) ?? '';
  const code = () => oneTimeCode(`otpauth://totp/x?secret=${key.trim()}`);
  await page.getByLabel('Code', { exact: true }).fill(code());
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('backup-codes').getByRole('listitem')).toHaveCount(10);
  await look(page, info, 'backup-codes');
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await expect(page.getByText('On: signing in with a password asks for a code.')).toBeVisible();

  await test.step('add a passkey', async () => {
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await expect(page.getByText('Passkey added')).toBeVisible();
    await expect(page.getByText('Chrome on Linux').first()).toBeVisible();
  });

  await test.step('sign in with password and code', async () => {
    await signOut(page);
    await typePassword(page, app, ada.email, 'not-the-password');
    await expect(page.getByRole('alert')).toContainText('address or the password is not right');
    await look(page, info, 'wrong-password');
    await typePassword(page, app, ada.email);
    await page.getByLabel('Code', { exact: true }).fill('000000');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toContainText('That code is not right');
    await look(page, info, 'wrong-code');
    await page.getByLabel('Code', { exact: true }).fill(code());
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Connect a mail account' }).waitFor();
  });

  await test.step('sign in with the passkey', async () => {
    await signOut(page);
    await page.goto(`${app.url}/sign-in`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('heading', { name: 'Connect a mail account' }).waitFor();
  });

  await test.step('all of it is in the log', async () => {
    await page.goto(`${app.url}/settings/security`);
    const log = page.getByTestId('activity');
    for (const entry of [
      'Signed in with a passkey',
      'Signed in with a code',
      'An attempt to sign in failed',
      'Passkey added',
    ]) {
      await expect(log).toContainText(entry);
    }
    await page.getByRole('button', { name: 'Sign out all others' }).click();
    await expect(page.getByText('Signed out there')).toBeVisible();
    await look(page, info, 'security');
  });

  await test.step('on a phone the settings reach as far as this part of them', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${app.url}/settings/security`);
    await expect(page.getByRole('button', { name: 'Security' })).toBeInViewport({ ratio: 1 });
    await look(page, info, 'phone');
  });
});

test('the mail account signs in by itself, and a wrong password is said in plain words', async ({
  mail,
  page,
}, info) => {
  const { imap, smtp } = mail.endpoints;
  const env = { IMAP_HOST: imap.host, IMAP_PORT: String(imap.port), SMTP_PORT: String(smtp.port) };
  await withApp(mail, { ...env, MAIL_EGRESS: 'private' }, async (app) => {
    await typePassword(page, app, ada.email, 'not-the-password');
    await expect(page.getByRole('alert')).toContainText('does not accept this user name and password');
    await look(page, info, 'mail-wrong-password');
    await typePassword(page, app, ada.email, mail.accounts.find(({ email }) => email === ada.email)?.password);
    await expect(page).toHaveURL(/\/mail\/inbox/);
    await page.goto(`${app.url}/settings/security`);
    await expect(page.getByText('its password is changed at your mail server')).toBeVisible();
  });
});

test('nobody comes in uninvited, and an invitation serves once', async ({ mail, page, browser }, info) => {
  await withApp(mail, { SIGN_UP: 'invite' }, async (app) => {
    await page.goto(`${app.url}/sign-up`);
    await expect(page.getByText('An invitation is needed here.')).toBeVisible();
    await look(page, info, 'uninvited');
    await page.goto(app.output().match(/https?:\S+\/sign-up\?invite=\S+/)?.[0] ?? '');
    await page.getByLabel('Name').fill(ada.name);
    await page.getByLabel('Email').fill(ada.email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Connect a mail account' }).waitFor();
    await page.goto(`${app.url}/settings/security`);
    const made = page.waitForResponse((response) => response.url().includes('invites.create'));
    await page.getByRole('button', { name: 'Make a link' }).click();
    const { token } = (await (await made).json()).result.data.json;
    await expect(page.getByText('Anybody who has the link')).toBeVisible();
    await page.getByText('Invitations').scrollIntoViewIfNeeded();
    await look(page, info, 'invitations');
    const guest = await (await browser.newContext()).newPage();
    for (const [email, outcome] of [
      ['bob@lab.test', 'Connect a mail account'],
      ['eve@lab.test', 'This invitation is not good any more.'],
    ] as const) {
      await guest.context().clearCookies();
      await guest.goto(`${app.url}/sign-up?invite=${token}`);
      await guest.getByLabel('Name').fill('Guest');
      await guest.getByLabel('Email').fill(email);
      await guest.getByLabel('Password').fill(PASSWORD);
      await guest.keyboard.press('Enter');
      await expect(guest.getByText(outcome)).toBeVisible();
    }
    await guest.context().close();
  });
});

test('a forgotten password is replaced by a link that comes by mail', async ({ mail, page }, info) => {
  const bob = mail.accounts.find(({ email }) => email === 'bob@lab.test');
  const { host, port } = mail.endpoints.smtp;
  const env = {
    SYSTEM_SMTP_URL: `smtps://bob%40lab.test:${bob?.password}@${host}:${port}`,
    SYSTEM_MAIL_FROM: 'bob@lab.test',
    MAIL_EGRESS: 'private',
  };
  await withApp(mail, env, async (app) => {
    await signUp(page, app, ada);
    await signOut(page);
    await page.goto(`${app.url}/sign-in`);
    await page.getByRole('link', { name: 'I forgot my password' }).click();
    await page.getByLabel('Email').fill(ada.email);
    await page.keyboard.press('Enter');
    await expect(page.getByText('a link is on its way')).toBeVisible();
    await look(page, info, 'reset-sent');
    const client = await mail.imap(ada.email);
    await client.mailboxOpen('INBOX');
    const find = async () => (await client.search({ subject: 'A new password for Postroom' })) || [];
    await expect.poll(async () => (await find()).length).toBeGreaterThan(0);
    const found = await client.fetchOne(String((await find()).at(-1)), { source: true });
    const link = (found && /^https?:\S+$/m.exec(String(found.source))?.[0]) || '';
    await page.goto(link);
    await page.getByLabel('New password', { exact: true }).fill('another-fake-password');
    await look(page, info, 'reset');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await typePassword(page, app, ada.email, 'another-fake-password');
    await page.getByRole('heading', { name: 'Connect a mail account' }).waitFor();
    await signOut(page);
    await page.goto(link);
    await expect(page.getByRole('alert')).toContainText('This link is not good any more');
  });
});

test('single sign-on: in with it, and not into an account of the same address that it was not connected with', async ({
  mail,
  page,
}, info) => {
  const provider = await startOpenId({ person: ada.email });
  const env = {
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: provider.client.id,
    OIDC_CLIENT_SECRET: provider.client.secret,
  };
  await withApp(mail, env, async (app) => {
    provider.allowRedirect(`${app.url}/api/auth/callback/sso`);
    await signUp(page, app, ada);
    await signOut(page);
    await page.goto(`${app.url}/sign-in`);
    await page.getByRole('button', { name: 'Single sign-on' }).click();
    await expect(page.getByRole('alert')).toContainText('There is an account with this address already');
    await look(page, info, 'not-linked');
    await typePassword(page, app, ada.email);
    await page.getByRole('heading', { name: 'Connect a mail account' }).waitFor();
    await page.goto(`${app.url}/settings/security`);
    await page.getByRole('button', { name: 'Connect Single sign-on' }).click();
    await expect(page.getByText('Connected', { exact: true })).toBeVisible();
    await signOut(page);
    await page.goto(`${app.url}/sign-in`);
    await page.getByRole('button', { name: 'Single sign-on' }).click();
    await page.getByRole('heading', { name: 'Connect a mail account' }).waitFor();
  });
  await provider.stop();
});
