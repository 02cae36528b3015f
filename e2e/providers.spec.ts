/** Signing in to the app at a provider that knows the whole world, in the browser: new, known, refused, connected, disconnected. */
import { fileURLToPath } from 'node:url';
import { test as base, expect, type Page } from '@playwright/test';
import { type MailServer, message, type OpenIdServer, startMailServer, startOpenId } from '@postroom/mail-lab';
import type { AppProcess } from '../scripts/lib/app-process.ts';
import { startFreshApp } from './fresh-app.ts';
import { look, row } from './steps.ts';

interface World {
  readonly openid: OpenIdServer;
  readonly mail: MailServer;
  readonly app: AppProcess;
}

const test = base.extend<{ signUpMode: string; world: World }>({
  signUpMode: ['open', { option: true }],
  world: async ({ signUpMode }, use) => {
    const openid = await startOpenId();
    const mail = await startMailServer({ dovecot: { oauth: { introspectionUrl: openid.introspectionUrl } } });
    const app = await startFreshApp({
      entry: fileURLToPath(new URL('../apps/server/src/google-elsewhere.fixture.ts', import.meta.url)),
      env: {
        SIGN_UP: signUpMode,
        MAIL_TLS_CA_FILE: mail.caFile,
        GOOGLE_CLIENT_ID: openid.client.id,
        GOOGLE_CLIENT_SECRET: openid.client.secret,
        GOOGLE_ISSUER: openid.issuer,
        GOOGLE_SERVERS: JSON.stringify(mail.endpoints),
      },
    });
    openid.allowRedirect(`${app.url}/api/auth/callback/google`);
    openid.allowRedirect(`${app.url}/connect/google`);
    await use({ openid, mail, app });
    await app.stop();
    await mail.stop();
    await openid.stop();
  },
});

async function answer(page: Page, email: string, says: 'Allow' | 'Deny' = 'Allow') {
  await page.getByRole('heading', { name: 'The mail server’s own sign-in page' }).waitFor();
  await page.getByLabel('Address').fill(email);
  await page.getByRole('button', { name: says }).click();
}
/** Nobody is signed in anywhere. */
async function leaveAll(page: Page, openid: OpenIdServer): Promise<void> {
  openid.revokeAll();
  await page.context().clearCookies();
  await page.goto('about:blank');
}

test('whoever is new comes in with Google, has the mailbox connected first of all, and is known the next time', async ({
  world: { app, mail, openid },
  page,
}, info) => {
  await mail.deliver(
    'ada@lab.test',
    message({ from: 'Bob Ivers <bob@lab.test>', to: 'ada@lab.test', subject: 'Ferry on Friday', text: 'Hello' }),
  );
  await test.step('no is no', async () => {
    await page.goto(`${app.url}/sign-up`);
    await page.getByRole('button', { name: 'Continue with Google' }).waitFor();
    await look(page, info, 'sign-up');
    await page.getByRole('button', { name: 'Continue with Google' }).click();
    await answer(page, 'ada@lab.test', 'Deny');
    await expect(page.getByRole('alert')).toContainText('The sign-in was called off.');
    await look(page, info, 'called-off');
  });
  await test.step('yes is in', async () => {
    await page.getByRole('button', { name: 'Continue with Google' }).click();
    await answer(page, 'ada@lab.test');
    await page.getByRole('heading', { name: 'Connect a mail account' }).waitFor();
    await expect(page.getByRole('button', { name: 'Connect ada@lab.test with Google' })).toBeVisible();
    await look(page, info, 'connect-first');
  });
  await test.step('the mailbox is a consent of its own', async () => {
    await page.getByRole('button', { name: 'Connect ada@lab.test with Google' }).click();
    await expect(page.getByLabel('Address')).toHaveValue('ada@lab.test');
    await answer(page, 'ada@lab.test');
    await expect(row(page, 'Ferry on Friday')).toBeVisible();
  });
  await test.step('known the next time', async () => {
    await leaveAll(page, openid);
    await page.goto(`${app.url}/sign-in`);
    await page.getByRole('button', { name: 'Continue with Google' }).waitFor();
    await look(page, info, 'sign-in');
    await page.getByRole('button', { name: 'Continue with Google' }).click();
    await answer(page, 'ada@lab.test');
    await expect(row(page, 'Ferry on Friday')).toBeVisible();
    await page.goto(`${app.url}/settings/security`);
    await expect(page.getByText('You sign in at a provider; there is no password here.')).toBeVisible();
    await page.getByRole('button', { name: 'Disconnect Google' }).click();
    await expect(page.getByText('This is the only way you sign in.')).toBeVisible();
    await expect(page.getByTestId('activity')).toContainText('Account made with Google');
  });
});

test('an account with a password is connected with Google in the settings, and what fails there is said there', async ({
  world: { app, openid },
  page,
  browser,
}, info) => {
  await page.goto(`${app.url}/sign-up`);
  await page.getByLabel('Name').fill('Ada Lund');
  await page.getByLabel('Email').fill('ada@lab.test');
  await page.getByLabel('Password').fill('fake-app-password');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Connect a mail account' }).waitFor();
  await test.step('the same address opens nothing', async () => {
    await leaveAll(page, openid);
    await page.goto(`${app.url}/sign-in`);
    await page.getByRole('button', { name: 'Continue with Google' }).click();
    await answer(page, 'ada@lab.test');
    await expect(page.getByRole('alert')).toContainText('There is an account with this address already');
    await look(page, info, 'not-linked');
  });
  const bob = await (await browser.newContext()).newPage();
  await bob.goto(`${app.url}/sign-in`);
  await bob.getByRole('button', { name: 'Continue with Google' }).click();
  await answer(bob, 'bob@lab.test');
  await bob.getByRole('heading', { name: 'Connect a mail account' }).waitFor();
  await bob.context().close();

  await page.getByLabel('Email').fill('ada@lab.test');
  await page.getByLabel('Password').fill('fake-app-password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Connect a mail account' }).waitFor();
  await page.goto(`${app.url}/settings/security`);
  const connect = async (email: string, says: 'Allow' | 'Deny' = 'Allow') => {
    openid.revokeAll();
    await page.getByRole('button', { name: 'Connect Google', exact: true }).click();
    await answer(page, email, says);
  };
  await test.step('called off', async () => {
    await connect('ada@lab.test', 'Deny');
    await expect(page.getByRole('alert')).toContainText('The sign-in was called off.');
  });
  await test.step('somebody else’s', async () => {
    await connect('bob@lab.test');
    await expect(page.getByRole('alert')).toContainText('Another Postroom account signs in with that one already.');
    await page.getByRole('alert').scrollIntoViewIfNeeded();
    await look(page, info, 'linked-elsewhere');
  });
  await test.step('one’s own, and away again', async () => {
    await connect('ada@lab.test');
    await expect(page.getByText('Connected', { exact: true })).toBeVisible();
    await expect(page.getByRole('alert')).toBeHidden();
    await page.getByTestId('activity').scrollIntoViewIfNeeded();
    await expect(page.getByTestId('activity')).toContainText('Connected for signing in: Google');
    await page.getByRole('button', { name: 'Disconnect Google' }).click();
    await expect(page.getByRole('button', { name: 'Connect Google', exact: true })).toBeVisible();
    await page.reload();
    await expect(page.getByTestId('activity')).toContainText('Disconnected from signing in: Google');
    await page.getByTestId('activity').scrollIntoViewIfNeeded();
    await look(page, info, 'activity');
  });
});

test.describe('where nobody new is taken', () => {
  test.use({ signUpMode: 'closed' });
  test('whoever comes with Google is told so', async ({ world: { app }, page }, info) => {
    await page.goto(`${app.url}/sign-in`);
    await page.getByRole('button', { name: 'Continue with Google' }).click();
    await answer(page, 'eve@lab.test');
    await expect(page.getByRole('alert')).toContainText('New accounts are closed on this server.');
    await look(page, info, 'closed');
  });
});
