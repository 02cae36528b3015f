/**
 * A random history on Gmail by the user here and by another client at once; at its end every folder, every label and every
 * count here is what Gmail has. The seed is in the test's name; SOAK=1 runs many and longer ones.
 */
import { createRandom, type GmailAccount, waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './app.fixture.ts';
import { type GmailLab, gmailMail, startGmailLab } from './gmail.fixture.ts';

const isSoak = process.env.SOAK === '1';
const SEEDS = isSoak ? Array.from({ length: 20 }, (_one, index) => index + 1) : [1, 2];
const STEPS = isSoak ? 200 : 40;
const LABELS = ['Work', 'Play/Deep', 'Größe & mehr'];

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.stop());

const subjectOf = (raw: Buffer) => /^Subject: (.*)\r$/m.exec(raw.toString())?.[1] ?? '';

/** Subjects by folder, as Gmail has them. */
function onServer({ messages }: GmailAccount): Record<string, string[]> {
  const folders: Record<string, string[]> = {};
  const put = (folder: string, subject: string) => {
    folders[folder] = [...(folders[folder] ?? []), subject].sort();
  };
  for (const { raw, labels, flags, place } of messages) {
    const subject = `${subjectOf(raw)}${flags.has('\\Seen') ? '' : ' *'}`;
    if (place !== 'all') {
      put(place === 'trash' ? 'bin' : 'spam', subject);
      continue;
    }
    put('all', subject);
    put(labels.has('\\Inbox') ? 'inbox' : 'archive', subject);
    if (flags.has('\\Flagged')) put('starred', subject);
    for (const label of LABELS) if (labels.has(label)) put(label, subject);
  }
  return folders;
}

/** The same as the app shows it, and whether its counters agree. */
async function here({ api }: GmailLab): Promise<Record<string, string[]>> {
  const folders: Record<string, string[]> = {};
  for (const { id, label, role, total, count } of await api.mail.count.query()) {
    const { threads } = await api.mail.listThreads.query({ folder: id, max: 500 });
    const subjects = threads.map(({ subject, unreadCount }) => `${subject}${unreadCount > 0 ? ' *' : ''}`).sort();
    const unread = threads.filter(({ unreadCount }) => unreadCount > 0).length;
    if (threads.length !== total || unread !== count) subjects.push(`counted ${total}/${count}`);
    if (subjects.length > 0 && !['snoozed', 'scheduled'].includes(role ?? '')) folders[role ?? label] = subjects;
  }
  return folders;
}

it.each(SEEDS)('a history ends with both sides alike (seed %i)', { timeout: 300_000 }, async (seed) => {
  const random = createRandom(seed);
  const lab = await startGmailLab(app, (gmail) => {
    for (const label of LABELS) gmail.store.create(label);
    for (let index = 0; index < 12; index++)
      gmail.deliver(gmailMail(`Message ${index}`), { threadId: `${900 + index}` });
  });
  const { api, gmail } = lab;
  try {
    const labelIds = new Map((await api.labels.list.query()).map(({ name, id }) => [name, id]));
    let undo: string | undefined;
    const ours = async () => {
      const folder = random.pick(['inbox', 'archive', 'bin', 'spam', 'all']);
      const { threads } = await api.mail.listThreads.query({ folder, max: 500 });
      if (threads.length === 0) return;
      const ids = [random.pick(threads).id];
      const label = labelIds.get(random.pick(LABELS)) ?? '';
      const actions: (() => Promise<{ undo?: string | undefined } | unknown>)[] = [
        () => api.mail.bulkArchive.mutate({ ids }),
        () => api.mail.bulkDelete.mutate({ ids, ...(folder === 'all' ? {} : { folder }) }),
        () => api.mail.bulkMove.mutate({ ids, to: 'inbox', ...(folder === 'all' ? {} : { folder }) }),
        () => api.mail.bulkMove.mutate({ ids, to: label, ...(folder === 'all' ? {} : { folder }) }),
        () => api.mail.bulkSpam.mutate({ ids, folder }),
        () => api.mail.bulkNotSpam.mutate({ ids }),
        () => api.mail.toggleStar.mutate({ ids }),
        () => api.mail.markAsRead.mutate({ ids }),
        () => api.mail.markAsUnread.mutate({ ids }),
        () => api.mail.modifyLabels.mutate({ threadId: ids, addLabels: [label] }),
        () => api.mail.modifyLabels.mutate({ threadId: ids, removeLabels: [label] }),
      ];
      const done = (await random.pick(actions)()) as { undo?: string };
      if (done.undo !== undefined) undo = done.undo;
    };
    const theirs = () => {
      const message = gmail.messages[random.below(gmail.messages.length)];
      if (message === undefined) return;
      const label = random.pick(['\\Inbox', ...LABELS]);
      gmail.change(message, (one) => {
        const what = random.below(5);
        if (what === 0) one.labels.add(label);
        else if (what === 1) one.labels.delete(label);
        else if (what === 2) one.flags.add(random.pick(['\\Seen', '\\Flagged']));
        else if (what === 3) one.flags.delete(random.pick(['\\Seen', '\\Flagged']));
        else if (what === 4) one.place = random.pick(['all', 'all', 'spam', 'trash'] as const);
        if (one.place !== 'all') one.labels.delete('\\Inbox');
      });
    };
    for (let step = 0; step < STEPS; step++) {
      const what = random.below(10);
      if (what < 5) await ours();
      else if (what < 8) theirs();
      else if (what === 8) gmail.deliver(gmailMail(`New ${step}`), { threadId: `${2000 + step}` });
      else if (undo !== undefined) {
        await api.mail.undo.mutate({ token: undo });
        undo = undefined;
      }
    }
    await waitUntil(
      async () =>
        (await app.database.pool.query(`select 1 from operation where state in ('pending', 'running')`)).rowCount === 0,
      { timeoutMs: 30_000, what: 'all changes to be on the server' },
    );
    await waitUntil(async () => JSON.stringify(sorted(await here(lab))) === JSON.stringify(sorted(onServer(gmail))), {
      timeoutMs: 40_000,
      intervalMs: 500,
      what: 'both sides alike',
    }).catch(() => undefined);
    expect(await here(lab)).toEqual(onServer(gmail));
    const failed = await app.database.pool.query(`select kind, payload, error from operation where state = 'failed'`);
    expect(failed.rows).toEqual([]);
  } finally {
    await lab.stop();
  }
});

const sorted = (folders: Record<string, string[]>) => Object.entries(folders).sort(([a], [b]) => (a < b ? -1 : 1));
