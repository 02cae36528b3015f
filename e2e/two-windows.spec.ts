/**
 * One draft in two windows: who writes on what the other has changed is told, and nothing of either is lost. Bob's, because
 * another story's last draft may still be among Ada's: an app that ends leaves to the next what the server has not heard.
 */
import { expect, type Page } from '@playwright/test';
import { test } from './app.fixture.ts';
import { connectAccount, signUp } from './steps.ts';

const body = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const subject = (page: Page) => page.getByTestId('compose-subject');
const drafts = (page: Page) => page.getByTestId('draft-row');

test('the second window is told, and keeps what it has as a draft of its own', async ({ app, mail, page }) => {
  await signUp(page, app, { name: 'Bob Ivers', email: 'bob@lab.test' });
  await connectAccount(page, mail, 'bob@lab.test');
  await page.getByTestId('compose-button').click();
  await subject(page).fill('Harbour');
  await body(page).fill('The boat leaves at nine.');
  await expect(page.getByTestId('save-state')).toContainText('Saved');

  const other = await page.context().newPage();
  await other.goto(`${app.url}/mail/draft`);
  await drafts(other).first().click();
  await subject(other).fill('Harbour, corrected');
  await expect(other.getByTestId('save-state')).toContainText('Saved');

  await body(page).fill('The boat leaves at ten.');
  await expect(page.getByText('This draft was changed in another window.')).toBeVisible();
  await page.screenshot({ path: `${test.info().outputDir}/told.png` });
  await page.getByRole('button', { name: 'Keep mine as a copy' }).click();
  await expect(page.getByTestId('save-state')).toContainText('Saved');

  await other.reload();
  await expect(drafts(other)).toHaveCount(2);
  await expect(drafts(other).filter({ hasText: 'Harbour, corrected' })).toContainText('at nine');
  await expect(drafts(other).filter({ hasNotText: 'corrected' })).toContainText('at ten');
});
