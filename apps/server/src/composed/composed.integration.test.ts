/**
 * What is composed and what is delivered are the same, by the word of other MIME libraries: sent over HTTP through the app to
 * a real Postfix, read where it arrived. In thirty scripts and cases; names, addresses, subject, text, HTML, files.
 */
import { outgoingDocument, outgoingFragment } from '@postroom/mail-html';
import { makePng, startMailServer, waitUntil } from '@postroom/mail-lab';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppClient, connectionTo, startTestApp, type TestApp } from '../app.fixture.ts';
import { parseMessage } from '../engine/mime/index.ts';
import { byMailparser, byPython, hasPython, type Judged, person } from './judges.fixture.ts';
import { type Composed, MESSAGES } from './messages.fixture.ts';

const UNICODE = 'änne@bücher.test';
const JUDGES = [['mailparser', byMailparser] as const, ...(hasPython() ? [['Python', byPython] as const] : [])];
if (JUDGES.length < 2)
  console.warn('SKIPPED the second judge of composed.integration.test.ts: no python3 on this machine');

let mail: Awaited<ReturnType<typeof startMailServer>>;
let app: TestApp;
let ada: AppClient;
/** What has come for Bob, by its subject's place in the list. */
const delivered = new Map<string, Buffer>();

beforeAll(async () => {
  mail = await startMailServer({ postfix: { ownMailboxes: [UNICODE] } });
  app = await startTestApp({ env: { MAIL_TLS_CA_FILE: mail.caFile }, logTo: process.stderr });
  ada = await app.signUp();
  await ada.api.connections.create.mutate(connectionTo(mail, 'ada@lab.test', { name: 'Ada “Æ” Lund' }));
  for (const message of MESSAGES) await ada.api.mail.send.mutate(inputOf(message));
  const bob = await mail.imap('bob@lab.test');
  await bob.mailboxOpen('INBOX');
  await waitUntil(
    async () => {
      await bob.noop();
      return bob.mailbox && bob.mailbox.exists === MESSAGES.length;
    },
    { timeoutMs: 90_000, what: 'all of them to arrive' },
  );
  for await (const { source } of bob.fetch('1:*', { source: true })) {
    const key = /^X-Case: (.+)\r$/m.exec(source?.toString('latin1') ?? '')?.[1] ?? '';
    delivered.set(key, source as Buffer);
  }
}, 180_000);
afterAll(async () => {
  await app?.stop();
  await mail?.stop();
});

const keyOf = (message: Composed) => String(MESSAGES.indexOf(message));
const markup = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const htmlOf = ({ text }: Composed) =>
  `${text.map((line) => `<p style="margin: 0">${markup(line)}</p>`).join('')}<img src="cid:logo@lab.test" alt="Logo" width="8">`;
const picture = makePng(8, 8, [10, 20, 30], [40, 50, 60]);
/** In charsets of their own: what is in a file is nobody's business. */
const octetsOf = ({ subject }: Composed) => iconv.encode(`${subject}\r\nline\nlone\rCR\0`, 'utf-16');
const legacyOf = ({ subject }: Composed) => iconv.encode(subject, 'shift_jis');

function inputOf(message: Composed) {
  const file = (name: string, type: string, content: Buffer) => ({
    name,
    type,
    size: content.length,
    base64: content.toString('base64'),
  });
  return {
    to: [{ name: message.name, email: 'bob@lab.test' }],
    cc: [{ name: `${message.name} 2`, email: 'info@bücher.example' }, { email: 'other@faraway.example' }],
    bcc: [{ name: 'Eve', email: 'eve@faraway.example' }],
    subject: message.subject,
    message: htmlOf(message),
    text: message.text.join('\n'),
    headers: { 'X-Case': keyOf(message) },
    attachments: [
      { ...file('logo.png', 'image/png', picture), inline: true, contentId: 'logo@lab.test' },
      file(message.fileName, 'application/pdf', octetsOf(message)),
      file(`${message.what}.txt`, 'text/plain', legacyOf(message)),
    ],
  };
}

/** White space at the end of a line says nothing in flowed text; at the ends of a subject and a name neither. */
function expectedOf(message: Composed): Judged {
  const file = (name: string, type: string, content: Buffer, contentId: string | null = null) => ({
    name,
    type,
    content: content.toString('base64'),
    contentId,
  });
  const name = message.name.replace(/\s+/gu, ' ');
  return {
    from: [person('Ada “Æ” Lund', 'ada@lab.test')],
    to: [person(name, 'bob@lab.test')],
    cc: [person(`${name} 2`, 'info@bücher.example'), person('', 'other@faraway.example')],
    subject: message.subject.trim(),
    text: message.text.join('\n'),
    html: outgoingDocument(outgoingFragment(htmlOf(message))),
    files: [
      file('logo.png', 'image/png', picture, 'logo@lab.test'),
      file(message.fileName, 'application/pdf', octetsOf(message)),
      file(`${message.what}.txt`, 'text/plain', legacyOf(message)),
    ],
  };
}

describe.each(JUDGES)('what %s reads', (_, judge) => {
  it.each(MESSAGES)('is what was composed: $what', async (message) => {
    const raw = delivered.get(keyOf(message));
    if (!raw) throw new Error('It did not arrive');
    const judged = await judge(raw);
    expect({ ...judged, text: judged.text.replace(/\n$/, '') }).toEqual(expectedOf(message));
    expect(raw.toString('latin1')).not.toMatch(/eve@|[^\0-\x7f]/);
  });
});

it('letters before the @ are read as they were typed, by SMTPUTF8', async () => {
  const [message] = MESSAGES.filter(({ what }) => what === 'German');
  if (!message) throw new Error('There is none');
  const to = [{ name: message.name, email: UNICODE }];
  await ada.api.mail.send.mutate({ ...inputOf(message), to, cc: [], bcc: [] });
  await waitUntil(async () => mail.postfix.delivered(UNICODE).length === 1, { what: 'it to arrive' });
  const judged = await byMailparser(mail.postfix.delivered(UNICODE)[0] as Buffer);
  expect([judged.to, judged.subject]).toEqual([[person(message.name, UNICODE)], message.subject]);
});

it('the text that is made of the HTML reads the same to all of them', async () => {
  await ada.api.mail.send.mutate({
    to: [{ email: 'bob@lab.test' }],
    subject: 'Made of HTML',
    message: [
      `<p>Hello Bob, ${'this is a line that is longer than a line of mail may be, '.repeat(4)}see <a href="https://x.example/plan?a=1">the plan</a>.</p>`,
      '<ul><li>one</li><li>two</li></ul><table><tr><th>Day</th><th>Who</th></tr><tr><td>Monday</td><td>Ada</td></tr></table>',
      '<p>-- <br>Ada</p><div>Bob wrote:</div><blockquote type="cite"><p>From there</p><blockquote type="cite">&gt;_&lt;</blockquote></blockquote>',
    ].join(''),
  });
  const bob = await mail.imap('bob@lab.test');
  await bob.mailboxOpen('INBOX');
  await waitUntil(async () => {
    await bob.noop();
    return bob.mailbox && bob.mailbox.exists === MESSAGES.length + 1;
  });
  const found = await bob.fetchOne('*', { source: true });
  const raw = Buffer.from((found ? found.source : undefined) ?? '');
  const expected = [
    `Hello Bob, ${'this is a line that is longer than a line of mail may be, '.repeat(4)}see the plan <https://x.example/plan?a=1>.`,
    '- one\n- two',
    'Day | Who\nMonday | Ada',
    '-- \nAda\n\nBob wrote:\n\n> From there\n>\n>> >_<\n',
  ].join('\n\n');
  for (const [, judge] of JUDGES) expect(`${(await judge(raw)).text.trimEnd()}\n`).toBe(expected);
  expect(`${parseMessage(raw).text.trimEnd()}\n`).toBe(expected);
});
