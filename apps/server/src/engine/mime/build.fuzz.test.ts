/** Whatever is composed comes back as it was, or is refused; and nothing that is built breaks a rule of the way. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MailError } from '../../lib/driver/errors.ts';
import type { Address } from './addresses.ts';
import { type BuildInput, buildMessage } from './build.ts';
import { safeFilename } from './filenames.ts';
import { parseMessage } from './parse.ts';

const isSoak = process.env.SOAK === '1';
const numRuns = isSoak ? 100_000 : 2000;
/** Fixed in `npm test`, so that a run says something about the change alone; any in a soak. */
const seed = isSoak ? undefined : 1;
const timeout = isSoak ? 1_800_000 : 60_000;

/** What mail gets wrong: marks, look-alikes, scripts without spaces, joined emoji, control characters, long words. */
const scrap = fc.constantFrom(
  'Hello',
  ' ',
  '  ',
  '\t',
  '\n',
  '\r\n',
  '\r',
  '\0',
  '.',
  '..',
  'From ',
  '>',
  '> ',
  '>> ',
  '-- ',
  '--',
  '=?utf-8?Q?caf=C3=A9?=',
  '=?utf-8?B?',
  '?=',
  '=',
  '=20',
  '"',
  "'",
  '\\',
  ',',
  ';',
  ':',
  '(',
  ')',
  '<',
  '>',
  '@',
  'Bcc: eve@x.example',
  '%F0%9F',
  "utf-8''",
  '../',
  '会議の資料を送ります',
  'नमस्ते',
  'שלום עולם',
  'مرحبا بالعالم',
  'e\u0301u\u0308',
  '👩‍👩‍👧‍👦',
  '🏳️‍🌈',
  '\u202e',
  '\u2028',
  '\ud800',
  '\u00a0',
  '\ufeff',
  'ﬁ',
  'x'.repeat(80),
  'y'.repeat(1200),
  'long words and more '.repeat(9),
  '長'.repeat(400),
);
const text = fc.oneof(
  fc.array(scrap, { maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);
/** Mostly what may stand in a header: what may not is refused, and says little. */
const line = fc.oneof(
  { weight: 30, arbitrary: text.map((value) => value.replace(/[^\P{Cc}\t]|[\u2028\ud800]/gu, '').slice(0, 290)) },
  { weight: 1, arbitrary: text },
);
const email = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.constantFrom(
      'ada@lab.test',
      'änne@bücher.example',
      'info@bücher.example',
      'a.b+c@x.example',
      'x@[127.0.0.1]',
    ),
  },
  { weight: 1, arbitrary: fc.tuple(text, text).map(([local, domain]) => `${local}@${domain}`) },
);
const address = fc.record({ name: line, email }, { requiredKeys: ['email'] });
const list = fc.array(address, { maxLength: 4 });
const file = fc.record({
  filename: text,
  mimeType: fc.oneof(fc.constantFrom('image/png', 'text/html', 'message/rfc822', 'multipart/mixed', ''), text),
  content: fc.uint8Array({ maxLength: 200 }),
  inline: fc.boolean(),
  contentId: fc.constantFrom('p@x', '<q@x>', 'r'),
});
const input: fc.Arbitrary<BuildInput> = fc.record(
  {
    from: fc.constantFrom<Address>({ email: 'ada@lab.test' }, { name: 'Lund, Ada "A"', email: 'ada@lab.test' }),
    to: list,
    cc: list,
    bcc: list,
    replyTo: list,
    subject: fc.oneof(
      line,
      fc.array(line).map((pieces) => pieces.join(' ')),
    ),
    html: text,
    text,
    attachments: fc.array(file, { maxLength: 2 }),
    messageId: fc.constant('<fuzz@lab.test>'),
    date: fc.constant(new Date('2026-01-02T03:04:05Z')),
    inReplyTo: text,
    references: fc.array(text, { maxLength: 3 }),
    headers: fc.dictionary(fc.constantFrom('X-Fuzz', 'Keywords', 'Comments'), line, { maxKeys: 2 }),
    keepBcc: fc.constant(true),
  },
  { requiredKeys: ['from', 'messageId', 'date', 'text', 'keepBcc'] },
);

async function build(values: BuildInput): Promise<Buffer | 'refused'> {
  try {
    return (await buildMessage(values)).octets;
  } catch (error) {
    if (error instanceof MailError && error.code === 'INVALID_INPUT') return 'refused';
    throw error;
  }
}

it('what is built has short lines, whole line ends, no NUL and no octet above 127', { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(input, async (values) => {
      const octets = await build(values);
      if (octets === 'refused') return;
      const isInternational = [values.to, values.cc, values.bcc, values.replyTo].some((all) =>
        all?.some((one) => /[^\0-\x7f].*@/.test(one.email)),
      );
      const isEmbedded = values.attachments?.some(({ mimeType }) => /^message\/rfc822$/i.test(mimeType)) === true;
      const raw = octets.toString('latin1');
      expect(raw.replaceAll('\r\n', '')).not.toMatch(/[\r\n\0]/);
      expect(raw.split('\r\n').filter((line) => line.length > 998)).toEqual([]);
      if (!isInternational && !isEmbedded) expect(raw).not.toMatch(/[^\0-\x7f]/);
    }),
    { numRuns, seed },
  );
});

it('what was composed is what is read, or it was refused', { timeout }, async () => {
  let built = 0;
  await fc.assert(
    fc.asyncProperty(input, async (values) => {
      const octets = await build(values);
      if (octets === 'refused') return;
      built += 1;
      const { from, to, cc, bcc, replyTo, subject, text: plain, html, attachments } = parseMessage(octets);
      const files = attachments.map(({ filename, content }) => ({ filename, content: content.toString('latin1') }));
      expect({ from, to, cc, bcc, replyTo, subject, plain: ended(plain), html, files: files.sort(byName) }).toEqual({
        from: people([values.from]),
        to: people(values.to),
        cc: people(values.cc),
        bcc: people(values.bcc),
        replyTo: people(values.replyTo),
        subject: oneLine(values.subject ?? ''),
        plain: ended(plainText(values.text ?? '')),
        html: markup(values.html ?? ''),
        files: filesOf(values).sort(byName),
      });
    }),
    { numRuns, seed },
  );
  // The check is of something: most of what is made up can be sent.
  expect(built).toBeGreaterThan(numRuns / 4);
});

const byName = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
/** Tabs are spaces, and none stands at the ends. */
const oneLine = (value: string) => value.toWellFormed().replaceAll('\t', ' ').trim();
/** A byte order mark at the start is none of the text. */
const markup = (value: string) =>
  value
    .toWellFormed()
    .replaceAll('\0', '')
    .replace(/^\ufeff+/, '')
    .replace(/\r\n?/g, '\n');
/** In flowed text white space at the end of a line says nothing, but above a signature. */
const plainText = (value: string) =>
  markup(value)
    .split('\n')
    .map((one) => (/^(?:>+ )?-- $/.test(one) ? one : one.replace(/[ \t]+$/, '')))
    .join('\n');
/** A message that is one text ends with a line end. */
const ended = (value: string) => value.replace(/\n*$/, '\n');

/** Readers take one pair of quotes off a name, and a name that is the address for none. */
function people(addresses: readonly Address[] = []): Address[] {
  return addresses.map(({ name = '', email: typed }) => {
    const plain = name.replace(/\s+/gu, ' ').trim();
    const shown = (/^(["'])(.*)\1$/.exec(plain)?.[2] ?? plain).trim();
    const wire = wireForm(typed);
    return shown === '' || shown.toLowerCase() === wire.toLowerCase() ? { email: wire } : { name: shown, email: wire };
  });
}

/** Domains in lower case; in ASCII where what stands before them is. */
function wireForm(typed: string): string {
  const at = typed.lastIndexOf('@');
  const [local, domain] = [typed.slice(0, at), typed.slice(at + 1)];
  if (domain.startsWith('[') || !/^[\0-\x7f]*$/.test(local)) return `${local}@${domain.toLowerCase()}`;
  return `${local}@${URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`).hostname : domain.toLowerCase()}`;
}

/** A message within the message has the line ends of the way, where it has any one kind. */
function filesOf({ attachments = [] }: BuildInput) {
  return attachments.map(({ filename, mimeType, content }) => {
    const octets = Buffer.from(content as Uint8Array).toString('latin1');
    const isEmbedded = mimeType.toLowerCase() === 'message/rfc822' && !/[\r\0]/.test(octets);
    return {
      filename: safeFilename(filename, mimeType),
      content: isEmbedded ? octets.replaceAll('\n', '\r\n') : octets,
    };
  });
}
