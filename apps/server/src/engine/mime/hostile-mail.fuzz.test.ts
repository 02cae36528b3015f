/** Random and half-valid bytes: nothing may throw, hang, or put what the database refuses into its answer. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  attachmentsOf,
  decodeEncodedWords,
  decodeText,
  formatAddresses,
  type ImapBodyStructure,
  parseAddresses,
  parseDate,
  parseHeader,
  parseHeaderBlock,
  parseMessage,
  snippet,
  spoofingWarnings,
  structureFromImap,
  threadKeys,
} from './index.ts';

const numRuns = process.env.SOAK === '1' ? 100_000 : 2000;
/** Fixed in `npm test`, so that a run says something about the change alone; any in a soak. */
const seed = process.env.SOAK === '1' ? undefined : 1;
const timeout = process.env.SOAK === '1' ? 600_000 : 60_000;

const fragment = fc.constantFrom(
  'Content-Type: multipart/mixed; boundary=b\r\n',
  'Content-Type: text/html; charset="gb2312"\r\n',
  'Content-Transfer-Encoding: base64\r\n',
  'Content-Transfer-Encoding: quoted-printable\r\n',
  'Subject: =?utf-8?B?',
  'Subject: =?iso-2022-jp?Q?',
  '?=',
  'From: "a" <b@c.d>, ',
  'Date: 1 Jan ',
  'Message-ID: <',
  'References: <a@b> <',
  '>',
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\r',
  '\0',
  '--b\r\n',
  '--b--\r\n',
  "Content-Disposition: attachment; filename*0*=utf-8''%E4; filename*1*=%BC",
  'format=flowed; delsp=yes',
  'begin 644 x\n',
  'end\n',
  'Content-Type: message/rfc822\r\n',
  '\ud800',
  ' ',
  ';',
  '=',
  '"',
  '(',
  '<p style="',
  '&#0;',
);
const piece = fc.oneof(
  fragment.map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);
const source = fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.concat(pieces));

it(
  'parses anything into something storable, whose parts are those of its structure',
  () => {
    fc.assert(
      fc.property(source, (bytes) => {
        const message = parseMessage(bytes);
        const words = snippet(message);
        const stored = [
          message.subject,
          message.text,
          message.html,
          words,
          ...message.attachments.map(({ filename }) => filename),
          ...message.from.flatMap(({ name = '', email }) => [name, email]),
        ];
        for (const text of stored) {
          expect(text.includes('\0')).toBe(false);
          expect(text.isWellFormed()).toBe(true);
        }
        expect(
          message.attachments.filter(({ part }) => !part.includes(':')).map(({ part, filename }) => [part, filename]),
        ).toEqual(attachmentsOf(message.structure).map(({ part, filename }) => [part, filename]));
        for (const { filename } of message.attachments)
          expect(filename).not.toMatch(/[\\/\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        threadKeys(message);
      }),
      { numRuns, seed },
    );
  },
  timeout,
);

it(
  'reads any header value without a throw',
  () => {
    fc.assert(
      fc.property(source, fc.string({ unit: 'binary', maxLength: 200 }), (bytes, text) => {
        for (const value of [bytes, text]) {
          expect(decodeEncodedWords(value)).not.toMatch(/[\r\n\0]/);
          for (const { email } of parseAddresses(value)) expect(email).not.toMatch(/[\r\n\0<>]/);
        }
        parseDate(text);
        formatAddresses(parseAddresses(text));
      }),
      { numRuns, seed },
    );
  },
  timeout,
);

it(
  'reads any header block, and judges any sender, without a throw and within bounds',
  () => {
    fc.assert(
      fc.property(source, (bytes) => {
        const block = parseHeaderBlock(bytes);
        expect(block.fields.length).toBeLessThanOrEqual(1000);
        for (const { key } of block.fields) expect(block.get(key)).not.toMatch(/[\r\n]/);
        const { from, replyTo, to, authentication } = parseHeader(block);
        expect((authentication?.methods ?? []).length).toBeLessThanOrEqual(1000);
        const warnings = spoofingWarnings(
          {
            from: from[0],
            authors: from.length,
            replyTo,
            recipients: to,
            dmarc: authentication?.dmarc,
            arc: undefined,
          },
          { own: [{ email: 'ada@example.org' }], names: new Map() },
        );
        expect(new Set(warnings.map(({ kind }) => kind)).size).toBe(warnings.length);
      }),
      { numRuns, seed },
    );
  },
  timeout,
);

it(
  'decodes any bytes by any label',
  () => {
    const label = fc.oneof(
      fc.constantFrom(
        'utf-8',
        'utf-7',
        'utf-16',
        'utf-32',
        'iso-2022-jp',
        'iso-2022-kr',
        'gb18030',
        'big5',
        'euc-kr',
        'shift_jis',
        'koi8-r',
        'windows-1258',
        'macroman',
      ),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), label, fc.boolean(), (bytes, name, html) => {
        const text = decodeText(bytes, name, { html });
        expect(text.includes('\0') || !text.isWellFormed()).toBe(false);
      }),
      { numRuns, seed },
    );
  },
  timeout,
);

it(
  'takes any BODYSTRUCTURE',
  () => {
    const { node } = fc.letrec<{ node: ImapBodyStructure }>((tie) => ({
      node: fc.record(
        {
          part: fc.string({ maxLength: 5 }),
          type: fc.oneof(
            fc.constantFrom(
              'text/plain',
              'text/html',
              'multipart/mixed',
              'multipart/alternative',
              'message/rfc822',
              '/',
            ),
            fc.string({ maxLength: 10 }),
          ),
          parameters: fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 20 })),
          disposition: fc.constantFrom('inline', 'attachment', ''),
          size: fc.nat(),
          childNodes: fc.array(tie('node'), { maxLength: 3, depthIdentifier: 'tree' }),
        },
        { requiredKeys: ['type'] },
      ),
    }));
    fc.assert(
      fc.property(node, (tree) => {
        JSON.stringify(attachmentsOf(structureFromImap(tree)));
      }),
      { numRuns: Math.min(numRuns, 20_000), seed },
    );
  },
  timeout,
);
