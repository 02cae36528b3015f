/** Recipients that a server answers one by one, accounts whose logins are refused, and what a person decides of what is stuck. */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { type MemorySmtp, startMemorySmtp } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnswerLab, type Attempted, createAnswerLab, USER_ID } from './smtp-answers.fixture.ts';

let database: TestDatabase;
let smtp: MemorySmtp;
let lab: AnswerLab;
beforeAll(async () => {
  database = await createTestDatabase();
  smtp = await startMemorySmtp();
  lab = createAnswerLab(database, smtp);
});
afterAll(async () => {
  await smtp.stop();
  await database.drop();
});

const BOB = 'bob@lab.test';
const CAROL = 'carol@lab.test';
const DAN = 'dan@lab.test';
const THREE = [BOB, CAROL, DAN];
const MIXED = { recipientReplies: { [CAROL]: '450 4.2.1 Mailbox busy', [DAN]: '550 5.1.1 No such user' } };
const HOUR = 3_600_000;

const statuses = ({ outgoing }: Attempted) =>
  Object.fromEntries(
    outgoing.recipients.map(({ email, status, code }) => [email, code ? `${status} ${code}` : status]),
  );
/** Of every transaction so far, whom it was for. */
const transactions = () => smtp.messages.map(({ rcptTo }) => rcptTo);

describe('recipients that are answered one by one', () => {
  it('taken, later, never: who has it is not sent to again, and who is refused is shown with the server’s words', async () => {
    const first = await lab.attempt(MIXED, THREE);
    expect([first.outgoing.state, statuses(first)]).toEqual([
      'queued',
      { [BOB]: 'accepted', [CAROL]: 'deferred 450', [DAN]: 'refused 550' },
    ]);
    smtp.set({ recipientReplies: {} });
    const second = await lab.again(first, HOUR);
    expect([second.outgoing.state, statuses(second), second.outgoing.error]).toEqual([
      'partial',
      { [BOB]: 'accepted', [CAROL]: 'accepted', [DAN]: 'refused 550' },
      expect.objectContaining({
        code: 'RECIPIENT_REJECTED',
        message: 'dan@lab.test was refused; the others have the message.',
      }),
    ]);
    expect(second.outgoing.recipients[2]?.message).toBe('550 5.1.1 No such user');
    expect(transactions()).toEqual([[BOB], [CAROL]]);
  });

  it('a retry by the person goes to the refused alone, with the same bytes', async () => {
    const first = await lab.attempt({ recipientReplies: { [DAN]: '550 5.1.1 No such user' } }, THREE);
    expect(first.outgoing.state).toBe('partial');
    smtp.set({ recipientReplies: {} });
    await lab.outbox.retry(USER_ID, first.id);
    const second = await lab.again(first, 1_000);
    expect([second.outgoing.state, second.outgoing.error, transactions()]).toEqual([
      'sent',
      undefined,
      [[BOB, CAROL], [DAN]],
    ]);
    expect(new Set(smtp.messages.map(({ raw }) => raw.toString('latin1'))).size).toBe(1);
  });

  it('all refused: failed, each with its own words, and nothing of it arrives', async () => {
    const replies: Record<string, string> = {
      [BOB]: '550 5.1.1 No such user',
      [CAROL]: '552 5.2.2 Mailbox full',
      [DAN]: '550 5.7.1 Blocked',
    };
    const { outgoing } = await lab.attempt({ recipientReplies: replies }, THREE);
    expect([outgoing.state, outgoing.recipients, smtp.messages.length]).toEqual([
      'failed',
      THREE.map((email) => ({
        email,
        status: 'refused',
        code: Number(replies[email]?.slice(0, 3)),
        message: replies[email],
      })),
      0,
    ]);
  });

  it('those that were refused at RCPT are known also when the answer to the message is lost', async () => {
    const first = await lab.attempt({ ...MIXED, cut: 'after-dot' }, THREE);
    expect([first.outgoing.state, statuses(first)]).toEqual([
      'uncertain',
      { [BOB]: 'pending', [CAROL]: 'deferred 450', [DAN]: 'refused 550' },
    ]);
  });

  it('given up after a day, it is partial: who was deferred has not got it', async () => {
    let attempted = await lab.attempt(MIXED, THREE);
    for (let hours = 1; attempted.outgoing.state === 'queued' && hours < 40; hours += 5)
      attempted = await lab.again(attempted, hours * HOUR);
    expect([attempted.outgoing.state, statuses(attempted), transactions()]).toEqual([
      'partial',
      { [BOB]: 'accepted', [CAROL]: 'deferred 450', [DAN]: 'refused 550' },
      [[BOB]],
    ]);
  });

  it('100 recipients arrive in one transaction, or in as many as the server needs, each once', async () => {
    const many = Array.from({ length: 100 }, (_, index) => `reader${index}@lab.test`);
    const whole = await lab.attempt({}, many);
    expect([whole.outgoing.state, transactions().map(({ length }) => length)]).toEqual(['sent', [100]]);
    const halves = await lab.attempt({ maxRecipients: 50 }, many);
    expect([halves.outgoing.state, transactions().map(({ length }) => length)]).toEqual(['sent', [50, 50]]);
    expect(transactions().flat().sort()).toEqual([...many].sort());
    expect(new Set(smtp.messages.map(({ raw }) => raw.toString('latin1'))).size).toBe(1);
  });
});

describe('an account whose login is refused', () => {
  it('sends nothing more until the person tries again; what is queued says why it waits, and goes then', async () => {
    const first = await lab.attempt({ replies: { auth: '535 5.7.8 Wrong' } });
    const before = smtp.connectionCount();
    const waiting = await lab.another(first);
    expect({
      states: [first.outgoing.state, waiting.outgoing.state],
      why: waiting.outgoing.error?.code,
      nextAttemptAt: waiting.outgoing.nextAttemptAt,
      furtherLogins: smtp.connectionCount() - before,
    }).toEqual({
      states: ['failed', 'queued'],
      why: 'AUTHENTICATION_FAILED',
      nextAttemptAt: undefined,
      furtherLogins: 0,
    });
    smtp.set({ replies: {} });
    await lab.outbox.retry(USER_ID, first.id);
    const sent = await lab.again(first, 1_000);
    expect([sent.outgoing.state, sent.paused, (await lab.again(waiting)).outgoing.state]).toEqual([
      'sent',
      null,
      'sent',
    ]);
  });
});

describe('what is stuck', () => {
  const listed = async () => (await lab.outbox.list(USER_ID)).map(({ id }) => id);

  it.each([
    { name: 'failed', script: { replies: { dot: '554 5.7.1 Spam' } } },
    { name: 'partial', script: { recipientReplies: { [DAN]: '550 5.1.1 No such user' } } },
    { name: 'uncertain', script: { cut: 'after-dot' as const } },
  ])('is put aside when $name, and comes back', async ({ name, script }) => {
    const { id, outgoing } = await lab.attempt(script, THREE);
    expect(outgoing.state).toBe(name);
    await lab.outbox.dismiss(USER_ID, id);
    expect(await listed()).not.toContain(id);
    await lab.outbox.restore(USER_ID, id);
    expect(await listed()).toContain(id);
  });

  it('is not put aside while it is on its way', async () => {
    const { id } = await lab.attempt({ replies: { mail: '451 4.3.0 Later' } });
    await expect(lab.outbox.dismiss(USER_ID, id)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('has arrived, says the person: sent, and never again', async () => {
    const first = await lab.attempt({ cut: 'after-dot' });
    await lab.outbox.confirm(USER_ID, first.id);
    smtp.heal();
    const after = await lab.again(first, HOUR);
    expect([after.outgoing.state, statuses(after), smtp.messages.length]).toEqual(['sent', { [BOB]: 'accepted' }, 1]);
    await expect(lab.outbox.confirm(USER_ID, first.id)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('uncertain, it is sent again only when the person says so', async () => {
    const first = await lab.attempt({ cut: 'before-dot-reply' });
    smtp.heal();
    expect([(await lab.again(first, HOUR)).outgoing.state, smtp.messages.length]).toEqual(['uncertain', 0]);
    await lab.outbox.retry(USER_ID, first.id);
    expect([(await lab.again(first, HOUR)).outgoing.state, smtp.messages.length]).toEqual(['sent', 1]);
  });

  it('is written anew as a draft for those that do not have it', async () => {
    const first = await lab.attempt({ recipientReplies: { [DAN]: '550 5.1.1 No such user' } }, THREE);
    const { draftId } = await lab.outbox.edit(USER_ID, first.id);
    const { to, subject, message } = await lab.draft(first, draftId);
    expect({ to, subject, message }).toEqual({ to: [{ email: DAN }], subject: 'Plans', message: '<p>Shall we?</p>' });
    expect(await listed()).not.toContain(first.id);
    await expect(lab.outbox.edit(USER_ID, first.id)).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
