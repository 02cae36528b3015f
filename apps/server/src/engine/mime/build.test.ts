import { describe, expect, it } from 'vitest';
import { MailError } from '../../lib/driver/errors.ts';
import { type BuildInput, buildMessage as freeze } from './build.ts';
import { decodeFlowed, encodeFlowed } from './flowed.ts';
import { transmitted } from './frozen.ts';
import { parseMessage } from './parse.ts';

/** All is in the octets: no file is kept elsewhere. */
const buildMessage = async (input: BuildInput) => (await freeze(input)).octets;
const transmittedBytes = (octets: Buffer) => transmitted({ octets, files: [] }).octets;

const base: BuildInput = {
  from: { name: 'Jürgen "J", Ä', email: 'j@example.org' },
  to: [{ name: '会議', email: 'a@example.org' }],
  subject: 'Größe und 会議',
  html: '<p>Hello <b>wörld</b></p>',
  messageId: '<abc@postroom.example>',
  date: new Date('2026-01-02T03:04:05Z'),
};
const lines = (bytes: Buffer) => bytes.toString('latin1').split('\r\n');

describe('buildMessage', () => {
  it('gives back what was put in', async () => {
    const bytes = await buildMessage({
      ...base,
      cc: [{ email: 'c@example.org' }],
      bcc: [{ email: 'secret@example.org' }],
      replyTo: [{ email: 'r@example.org' }],
      inReplyTo: '<parent@x>',
      references: ['<root@x>', '<parent@x>'],
      attachments: [
        {
          filename: '会議の資料を送ります とても長い名前.pdf',
          mimeType: 'application/pdf',
          content: Buffer.from([0, 255, 10, 13]),
        },
        { filename: 'p.png', mimeType: 'image/png', content: Buffer.from('png'), inline: true, contentId: 'p@x' },
        { filename: 'mail.eml', mimeType: 'message/rfc822', content: Buffer.from('Subject: x\n\nbody\n') },
      ],
      keepBcc: true,
    });
    const {
      from,
      to,
      cc,
      bcc,
      replyTo,
      subject,
      messageId,
      inReplyTo,
      references,
      date,
      text,
      html,
      attachments,
      warnings,
    } = parseMessage(bytes);
    expect({
      from,
      to,
      cc,
      bcc,
      replyTo,
      subject,
      messageId,
      inReplyTo,
      references,
      date,
      text,
      html,
      warnings,
    }).toEqual({
      from: [base.from],
      to: base.to,
      cc: [{ email: 'c@example.org' }],
      bcc: [{ email: 'secret@example.org' }],
      replyTo: [{ email: 'r@example.org' }],
      subject: base.subject,
      messageId: base.messageId,
      inReplyTo: ['<parent@x>'],
      references: ['<root@x>', '<parent@x>'],
      date: base.date,
      text: 'Hello wörld',
      html: base.html,
      warnings: [],
    });
    expect(attachments.map(({ filename, inline, content }) => [filename, inline, content.toString('latin1')])).toEqual([
      ['p.png', true, 'png'],
      ['会議の資料を送ります とても長い名前.pdf', false, '\x00\xff\n\r'],
      ['mail.eml', false, 'Subject: x\r\n\r\nbody\r\n'],
    ]);
  });

  it('gives the same bytes for the same input, with CRLF, short lines and ASCII only', async () => {
    const bytes = await buildMessage(base);
    expect(await buildMessage(base)).toEqual(bytes);
    expect(bytes.toString('latin1').replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(lines(bytes).filter((line) => line.length > 78 || /[^\x20-\x7e\t]/.test(line))).toEqual([]);
  });

  it('changes the boundaries with the content', async () => {
    const boundaryOf = (bytes: Buffer) => /boundary=(\S+)/.exec(bytes.toString())?.[1];
    expect(boundaryOf(await buildMessage({ ...base, html: '<p>other</p>' }))).not.toBe(
      boundaryOf(await buildMessage(base)),
    );
  });

  it('sends plain text alone as one flowed part', async () => {
    const bytes = await buildMessage({
      ...base,
      html: undefined,
      text: `> quoted\n ${'word '.repeat(60)}\nFrom here\n-- \nme\n`,
    });
    const { text, html, structure } = parseMessage(bytes);
    expect([text, html, structure.type, structure.flowed]).toEqual([
      `> quoted\n ${'word '.repeat(60).trim()}\nFrom here\n-- \nme\n`,
      '',
      'text/plain',
      true,
    ]);
  });

  it('keeps Bcc out unless asked, and cuts it and our own fields from what is transmitted', async () => {
    const input = {
      ...base,
      bcc: Array.from({ length: 20 }, (_, i) => ({ email: `hidden${i}@example.org` })),
      headers: { 'X-Postroom-Draft-Id': 'd1', Importance: 'high' },
    };
    expect((await buildMessage(input)).toString()).not.toContain('hidden');
    const frozen = await buildMessage({ ...input, keepBcc: true });
    expect(frozen.toString()).toContain('hidden19@example.org');
    const sent = transmittedBytes(frozen);
    expect(sent.toString()).not.toMatch(/hidden|Bcc|Postroom-Draft/i);
    expect(lines(sent)).toEqual(
      lines(frozen).filter((line) => !/^(?:Bcc|X-Postroom|\s.*hidden)/i.test(line) && !line.includes('hidden')),
    );
  });

  it('leaves a body that mentions Bcc alone', async () => {
    const frozen = await buildMessage({ ...base, html: undefined, text: 'Bcc: x@y.z\nhello' });
    expect(transmittedBytes(frozen)).toEqual(frozen);
  });

  it.each<[string, Partial<BuildInput>]>([
    ['a line break in the subject', { subject: 'a\r\nBcc: x@y.z' }],
    ['a line break in a name', { to: [{ name: 'a\nBcc: x@y.z', email: 'a@b.c' }] }],
    ['a line break in an address', { to: [{ email: 'a@b.c\r\nDATA' }] }],
    ['an ambiguous address', { to: [{ email: '"a@b.c"@d.e' }] }],
    ['a field that is not allowed', { headers: { Bcc: 'x@y.z' } }],
    ['a field name with a line break', { headers: { 'X-A\r\nBcc': 'x@y.z' } }],
    ['a field value with a line break', { headers: { 'X-A': 'a\r\nBcc: x@y.z' } }],
    ['a Content-Type of its own', { headers: { 'Content-Type': 'text/html' } }],
    ['a Message-ID with a line break', { messageId: 'a b@c\r\nBcc: x@y.z' }],
    [
      'a Content-ID with a bracket',
      {
        attachments: [
          { filename: 'a', mimeType: 'image/png', content: Buffer.from(''), inline: true, contentId: 'a>\r\nX: y' },
        ],
      },
    ],
  ])('refuses %s', async (_, change) => {
    await expect(buildMessage({ ...base, ...change })).rejects.toThrow(MailError);
  });

  it('neutralises what comes from other mail: ids, file names and types', async () => {
    const bytes = await buildMessage({
      ...base,
      inReplyTo: ['<a@b>\r\nX-Evil: 1', '<ok@x>'],
      references: ['<ok@x>', '<bad id@x>', '<x\ny@z>'],
      attachments: [
        { filename: 'a"\r\nX-Evil: 2\u202e/../b.txt', mimeType: 'text/html\r\nX-Evil: 3', content: Buffer.from('x') },
      ],
    });
    expect(bytes.toString()).not.toMatch(/^X-Evil/m);
    const { inReplyTo, references, attachments } = parseMessage(bytes);
    expect([inReplyTo, references, attachments.map(({ filename, mimeType }) => [filename, mimeType])]).toEqual([
      ['<ok@x>'],
      ['<ok@x>'],
      [['b.txt', 'application/octet-stream']],
    ]);
  });

  it('leaves unfinished recipients out of a draft', async () => {
    const bytes = await buildMessage({
      ...base,
      to: [{ email: 'unfinished' }, { email: 'a@b.c' }],
      skipUnsendable: true,
    });
    expect(parseMessage(bytes).to).toEqual([{ email: 'a@b.c' }]);
  });
});

describe('format=flowed', () => {
  it.each([
    'plain',
    `${'long word '.repeat(40).trim()}`,
    '> quote\n>> deeper\nanswer',
    ' leading space',
    '>looks like a quote',
    `>_< ${'and so on '.repeat(20).trim()}`,
    `-- ${'x'.repeat(75)} -- ${'y'.repeat(75)}`,
    'From me',
    '-- \nsignature',
    '',
    'a\n\nb',
    'x'.repeat(300),
  ])('brings %j back', (text) => {
    const flowed = encodeFlowed(text);
    expect(decodeFlowed(flowed)).toBe(text);
    expect(flowed.split('\n').filter((line) => line.length > 80 && line.includes(' '))).toEqual([]);
  });
});
