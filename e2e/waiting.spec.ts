/** Mail that waits: snoozed and back on top, to be sent later, and what to do when nobody answers. */
import { expect, type Page } from '@playwright/test';
import { message } from '@postroom/mail-lab';
import { test } from './app.fixture.ts';
import { call, connectAccount, row, signUp } from './steps.ts';

const letter = (subject: string, day: number) =>
  message({
    from: 'Bob Ivers <bob@lab.test>',
    to: 'ada@lab.test',
    subject,
    text: `About ${subject}.`,
    messageId: `<${subject.replaceAll(' ', '-')}@lab.test>`,
    date: new Date(Date.UTC(2026, 4, day)),
  });
const outgoing = (page: Page, subject: string) => page.getByTestId('outbox-row').filter({ hasText: subject });
const folder = (page: Page, id: string) => page.getByTestId(`folder-${id}`);

const soon = () => new Date(Date.now() + 1_500).toISOString();

test('snooze, wake, send later, change one’s mind, and hear that nobody answered', async ({ app, mail, page }) => {
  for (const [index, subject] of ['Winter tyres', 'Choir on Sunday', 'Quarterly numbers'].entries())
    await mail.deliver('ada@lab.test', letter(subject, index + 1));
  await signUp(page, app, { name: 'Ada Lund', email: 'ada@lab.test' });
  await connectAccount(page, mail, 'ada@lab.test');
  await expect(row(page, 'Winter tyres')).toBeVisible();
  const shot = (name: string) => page.screenshot({ path: `${test.info().outputDir}/${name}.png` });

  await test.step('what is snoozed is in the view with its time, and in a mailbox of the server', async () => {
    await row(page, 'Winter tyres').click();
    await page.keyboard.press('b');
    await shot('snooze-dialog');
    await page.getByRole('button', { name: /Tomorrow morning/ }).click();
    await expect(row(page, 'Winter tyres')).toHaveCount(0);
    await folder(page, 'snoozed').click();
    await expect(row(page, 'Winter tyres')).toContainText(/until \w{3} 08:00/);
    const server = await mail.imap('ada@lab.test');
    await expect.poll(() => server.status('Snoozed', { messages: true })).toMatchObject({ messages: 1 });
    await expect(page.getByRole('navigation').getByText('Snoozed')).toHaveCount(1);
    await server.logout();
  });

  await test.step('its time is changed, and it comes back on top, unread, and says why', async () => {
    await row(page, 'Winter tyres').click();
    await expect(page.getByTestId('waiting-line')).toContainText('Snoozed until');
    await page.getByTestId('waiting-line').getByRole('button', { name: 'Change' }).click();
    await page.getByRole('button', { name: /Next week/ }).click();
    await expect(row(page, 'Winter tyres')).toContainText(/until (Mon|\d+ \w+) 08:00/);
    await shot('snoozed');
    const ids = [await row(page, 'Winter tyres').getAttribute('data-thread-id')];
    await call(page, 'mail.snooze', { ids, until: soon() });
    await folder(page, 'inbox').click();
    await expect(page.getByTestId('thread-row').first()).toContainText('Winter tyres');
    await expect(row(page, 'Winter tyres').getByTestId('surfaced')).toHaveText('Snoozed until now');
    await expect(row(page, 'Winter tyres')).toHaveAttribute('data-unread', 'true');
  });

  await test.step('a message for later waits in Scheduled, can be opened and be given another time', async () => {
    await page.getByTestId('compose-button').click();
    await page.getByRole('combobox', { name: 'To' }).fill('bob@lab.test');
    await page.keyboard.press('Enter');
    await page.getByTestId('compose-subject').fill('Minutes of the meeting');
    await page.getByRole('textbox', { name: 'Message' }).fill('Here they are.');
    await page.getByRole('button', { name: 'More ways to send' }).click();
    await shot('send-menu');
    await page.getByRole('menuitem', { name: /In 3 days/ }).click();
    await expect(page.getByTestId('reminder-chip')).toContainText('if nobody answers');
    await shot('composer-with-reminder');
    await page.getByRole('button', { name: 'More ways to send' }).click();
    await page.getByRole('menuitem', { name: 'Send later…' }).click();
    await shot('send-later');
    await page.getByRole('button', { name: /Tomorrow morning/ }).click();
    await expect(folder(page, 'scheduled')).toContainText('1');
    await folder(page, 'scheduled').click();
    await expect(outgoing(page, 'Minutes')).toContainText(/Goes out .* 08:00/);
    await expect(outgoing(page, 'Minutes')).toContainText('if nobody answers');
    await outgoing(page, 'Minutes').getByRole('button', { expanded: false }).click();
    await expect(page.getByTestId('outbox-message')).toContainText('Here they are.');
    await outgoing(page, 'Minutes').getByRole('button', { name: 'Change time' }).click();
    await page.getByRole('button', { name: /Monday morning/ }).click();
    await expect(outgoing(page, 'Minutes')).toContainText(/Goes out Mon.* 08:00/);
    await shot('scheduled');
  });

  await test.step('edited, it is in the composer as it was; sent now, it arrives dated today', async () => {
    await outgoing(page, 'Minutes').getByRole('button', { name: 'Edit' }).click();
    await expect(page.getByTestId('compose-subject')).toHaveValue('Minutes of the meeting');
    await expect(page.getByTestId('reminder-chip')).toBeVisible();
    await expect(outgoing(page, 'Minutes')).toHaveCount(0);
    await page.getByRole('textbox', { name: 'Message' }).fill('Here they are, corrected.');
    await page.getByRole('button', { name: 'More ways to send' }).click();
    await page.getByRole('menuitem', { name: 'Send later…' }).click();
    await page.getByRole('button', { name: /As it was/ }).click();
    await outgoing(page, 'Minutes').getByRole('button', { name: 'Send now' }).click();
    await expect(outgoing(page, 'Minutes')).toHaveCount(0);
    const bob = await mail.imap('bob@lab.test');
    await expect
      .poll(async () => {
        await bob.mailboxOpen('INBOX');
        const found = await bob.fetchOne('*', { envelope: true });
        return found && `${found.envelope?.subject} ${new Date(found.envelope?.date ?? 0).toDateString()}`;
      })
      .toBe(`Minutes of the meeting ${new Date().toDateString()}`);
    await bob.logout();
  });

  await test.step('nobody answers: the conversation comes to the top of the inbox, and goes by being archived', async () => {
    await folder(page, 'sent').click();
    await row(page, 'Minutes').click();
    await expect(page.getByTestId('waiting-line')).toContainText('if nobody answers');
    await shot('reader-with-reminder');
    const ids = [await row(page, 'Minutes').getAttribute('data-thread-id')];
    await call(page, 'mail.remind', { ids, at: soon() });
    await folder(page, 'inbox').click();
    await expect(page.getByTestId('thread-row').first()).toContainText('Minutes of the meeting');
    await expect(row(page, 'Minutes').getByTestId('surfaced')).toContainText('No answer for');
    await shot('inbox');
    await page.emulateMedia({ colorScheme: 'dark' });
    await shot('inbox-dark');
    await folder(page, 'scheduled').click();
    await shot('scheduled-empty-dark');
    await folder(page, 'inbox').click();
    await row(page, 'Minutes').click();
    await expect(page.getByTestId('waiting-line')).toContainText('Nobody has answered');
    await shot('reader-dark');
    await page.setViewportSize({ width: 390, height: 800 });
    await shot('reader-phone');
    await page.keyboard.press('u');
    await expect(row(page, 'Minutes')).toBeVisible();
    await shot('inbox-phone');
    await page.setViewportSize({ width: 1280, height: 800 });
    await row(page, 'Minutes').click();
    await page.keyboard.press('e');
    await expect(row(page, 'Minutes')).toHaveCount(0);
    await expect(row(page, 'Winter tyres')).toBeVisible();
  });
});
