/** What another client does is on the screen within three seconds where the server pushes, else with the next look. */
import { expect, it } from 'vitest';
import { mailOf, onEveryServer, shown, THEIRS_MS, WITHOUT_PUSH_MS } from './every-server.fixture.ts';

const SEEN = { flags: ['\\Seen'] };
const seed = [
  { subject: 'To be read' },
  { subject: 'To be starred', ...SEEN },
  { subject: 'To be tagged', ...SEEN },
  { subject: 'To be expunged', ...SEEN },
  { subject: 'To be moved', ...SEEN },
  { subject: 'In a folder', ...SEEN, path: 'Projects' },
  { subject: 'Gone with its folder', ...SEEN, path: 'Old' },
];

onEveryServer(
  seed,
  (account, { pushes, pushesElsewhere, keepsKeywords }) => {
    const inboxMs = pushes ? THEIRS_MS : WITHOUT_PUSH_MS;
    const elsewhereMs = pushesElsewhere ? THEIRS_MS : WITHOUT_PUSH_MS;
    const summary = async (subject: string, folder = 'inbox') =>
      (await account().api.mail.listThreads.query({ folder, max: 500 })).threads.find((one) => one.subject === subject);
    const folder = async (path: string) => (await account().api.mail.count.query()).find((one) => one.path === path);

    /** New mail, flags, a keyword, a move away, an expunge. */
    async function changeInbox(): Promise<void> {
      const { other, uid } = account();
      await other.append('INBOX', mailOf('New'), [], new Date());
      await other.messageFlagsAdd(await uid('INBOX', 'To be read'), ['\\Seen'], { uid: true });
      await other.messageFlagsAdd(await uid('INBOX', 'To be starred'), ['\\Flagged'], { uid: true });
      if (keepsKeywords) await other.messageFlagsAdd(await uid('INBOX', 'To be tagged'), ['Garden'], { uid: true });
      await other.messageMove(await uid('INBOX', 'To be moved'), 'Projects', { uid: true });
      await other.messageDelete(await uid('INBOX', 'To be expunged'), { uid: true });
    }

    /** New mail, a flag, a folder that comes, one that goes. */
    async function changeElsewhere(): Promise<void> {
      const { other, uid } = account();
      await other.append('Projects', mailOf('Filed by a rule'), [], new Date());
      await other.messageFlagsAdd(await uid('Projects', 'In a folder'), ['\\Flagged'], { uid: true });
      await other.mailboxCreate('Fresh');
      await other.append('Fresh', mailOf('In a fresh folder'), [], new Date());
      await other.mailboxOpen('INBOX');
      await other.mailboxDelete('Old');
    }

    async function isInboxShown(moved: string): Promise<boolean> {
      const inbox = (await account().api.mail.listThreads.query({ max: 500 })).threads;
      const find = (subject: string) => inbox.find((one) => one.subject === subject);
      const projects = await folder('Projects');
      return (
        find('New')?.unreadCount === 1 &&
        find('To be read')?.unreadCount === 0 &&
        find('To be starred')?.starred === true &&
        (!keepsKeywords || find('To be tagged')?.labels[0]?.name === 'Garden') &&
        find('To be expunged') === undefined &&
        find('To be moved') === undefined &&
        // It is the same conversation where it went.
        (await summary('To be moved', projects?.id))?.id === moved
      );
    }

    async function isElsewhereShown(): Promise<boolean> {
      const projects = (await folder('Projects'))?.id ?? '';
      return (
        (await summary('Filed by a rule', projects)) !== undefined &&
        (await summary('In a folder', projects))?.starred === true &&
        (await folder('Fresh'))?.total === 1
      );
    }

    it('all that another client does in the inbox and elsewhere, each in its time', async () => {
      const [moved, expunged] = [await account().thread('To be moved'), await account().thread('To be expunged')];
      await changeInbox();
      // Without push one look shows both.
      if (!pushes) await changeElsewhere();
      await shown(() => isInboxShown(moved), inboxMs, 'all of it in the inbox');
      expect((await folder('INBOX'))?.count).toBe(1);
      await expect(account().api.mail.get.query({ id: expunged })).rejects.toMatchObject({
        data: { code: 'NOT_FOUND' },
      });

      if (pushes) await changeElsewhere();
      await shown(isElsewhereShown, elsewhereMs, 'all of it elsewhere');
      // Two looks in a row must not find it.
      await shown(async () => (await folder('Old')) === undefined, elsewhereMs, 'the folder gone');
      expect(await account().subjects('all')).not.toContain('Gone with its folder');
    }, 200_000);
  },
  { atOnce: true },
);
