/** Every screen in light and dark: nothing that keeps a person with a screen reader or weak eyes out (axe, WCAG 2 AA). */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { makeMailbox, writeMaildir } from '@postroom/mail-lab';
import { test } from './app.fixture.ts';
import { connectAccount, row, signUp } from './steps.ts';

/** What is wrong, a line each. In the dark only the colours can be other ones. */
async function problemsOf(page: Page, colorScheme: 'light' | 'dark'): Promise<string[]> {
  // A colour on its way to another is neither.
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  // Mail is as its sender made it.
  const axe = new AxeBuilder({ page }).exclude('[data-testid=message] iframe');
  if (colorScheme === 'light') axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']);
  else axe.withRules(['color-contrast']);
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

// axe looks at every element of twelve screens, twice.
test.setTimeout(240_000);

test('every screen can be read and used by everybody, in light and in dark', async ({ app, mail, page }) => {
  await writeMaildir(
    mail.dovecot,
    'bob@lab.test',
    makeMailbox({ size: 60, owner: { name: 'Bob', email: 'bob@lab.test' } }),
  );
  const found: Record<string, string[]> = {};
  const look = async (screen: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const problems = await problemsOf(page, colorScheme);
      if (problems.length > 0) found[`${screen} (${colorScheme})`] = problems;
    }
    await page.emulateMedia({ colorScheme: 'light' });
  };

  await page.goto(app.url);
  await expect(page.getByLabel('Password')).toBeVisible();
  await look('sign up');
  await signUp(page, app, { name: 'Bob', email: 'bob@lab.test' });
  await look('connect');
  await connectAccount(page, mail, 'bob@lab.test');
  await expect(page.getByTestId('thread-row').first()).toBeVisible();
  await look('inbox');
  await page.keyboard.press('j');
  await page.keyboard.press('o');
  await expect(page.getByTestId('message').first()).toBeVisible();
  await look('conversation');
  await page.keyboard.press('r');
  await expect(page.getByTestId('composer')).toBeVisible();
  await look('answer');
  await page.keyboard.press('Escape');
  await page.goto(`${app.url}/mail/inbox`);
  await expect(page.getByTestId('thread-row').first()).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await look('help');
  await page.keyboard.press('Escape');
  await page.keyboard.press('ControlOrMeta+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  await look('palette');
  for (const section of ['general', 'accounts', 'labels', 'identities', 'templates']) {
    await page.goto(`${app.url}/settings/${section}`);
    await expect(page.getByRole('heading').first()).toBeVisible();
    await look(`settings, ${section}`);
  }
  await page.setViewportSize({ width: 390, height: 780 });
  await page.goto(`${app.url}/mail/inbox`);
  await expect(row(page, '').first()).toBeVisible();
  await look('inbox on a phone');
  expect(found).toEqual({});
});
