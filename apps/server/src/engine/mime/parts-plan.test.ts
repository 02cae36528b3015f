import { describe, expect, it } from 'vitest';
import { type ImapBodyStructure, structureFromImap } from './bodystructure.ts';
import { safeFilename } from './filenames.ts';
import { attachmentsOf, hasAttachments, planParts } from './parts-plan.ts';

const leaf = (part: string, type: string, more: Partial<ImapBodyStructure> = {}): ImapBodyStructure => ({
  part,
  type,
  encoding: '7bit',
  size: 10,
  ...more,
});
const multi = (kind: string, childNodes: ImapBodyStructure[], part?: string): ImapBodyStructure => ({
  ...(part === undefined ? {} : { part }),
  type: `multipart/${kind}`,
  childNodes,
});
const plan = (node: ImapBodyStructure | null, size?: number) => {
  const { text, html, textBody, htmlBody, attachments, needsFullSource, reason } = planParts(structureFromImap(node), {
    size,
  });
  return {
    text: text?.part,
    html: html?.part,
    textBody: textBody.map(({ part }) => part),
    htmlBody: htmlBody.map(({ part }) => part),
    files: attachments.map(({ part, inline }) => `${part}${inline ? ' inline' : ''}`),
    full: needsFullSource ? reason : false,
  };
};

describe('planParts', () => {
  it.each([
    {
      name: 'a plain message',
      node: { type: 'text/plain', encoding: '7bit', size: 3 },
      expected: { text: '1', html: undefined, textBody: ['1'], htmlBody: ['1'], files: [], full: false },
    },
    {
      name: 'an alternative',
      node: multi('alternative', [leaf('1', 'text/plain'), leaf('2', 'text/html')]),
      expected: { text: '1', html: '2', textBody: ['1'], htmlBody: ['2'], files: [], full: false },
    },
    {
      name: 'the last of two HTML alternatives',
      node: multi('alternative', [leaf('1', 'text/plain'), leaf('2', 'text/html'), leaf('3', 'text/html')]),
      expected: { text: '1', html: '3', textBody: ['1'], htmlBody: ['3'], files: [], full: false },
    },
    {
      name: 'pictures of related HTML',
      node: multi('related', [leaf('1', 'text/html'), leaf('2', 'image/png', { id: '<a@b>' }), leaf('3', 'text/css')]),
      expected: { text: undefined, html: '1', textBody: ['1'], htmlBody: ['1'], files: ['2 inline', '3'], full: false },
    },
    {
      name: 'an alternative inside mixed with files and a footer',
      node: multi('mixed', [
        multi('alternative', [leaf('1.1', 'text/plain'), leaf('1.2', 'text/html')], '1'),
        leaf('2', 'application/pdf'),
        leaf('3', 'text/plain'),
      ]),
      expected: { text: '1.1', html: '1.2', textBody: ['1.1', '3'], htmlBody: ['1.2', '3'], files: ['2'], full: false },
    },
    {
      name: 'text parts with a name or as attachment',
      node: multi('mixed', [
        leaf('1', 'text/plain'),
        leaf('2', 'text/plain', { parameters: { name: 'log.txt' } }),
        leaf('3', 'text/html', { disposition: 'attachment' }),
      ]),
      expected: { text: '1', html: undefined, textBody: ['1'], htmlBody: ['1'], files: ['2', '3'], full: false },
    },
    {
      name: 'a nested message as one file',
      node: multi('mixed', [
        leaf('1', 'text/plain'),
        leaf('2', 'message/rfc822', {
          childNodes: [multi('mixed', [leaf('2.1', 'text/plain'), leaf('2.2', 'image/png')], '2')],
        }),
      ]),
      expected: { text: '1', html: undefined, textBody: ['1'], htmlBody: ['1'], files: ['2'], full: false },
    },
    {
      name: 'a signed message',
      node: multi('signed', [leaf('1', 'text/plain'), leaf('2', 'application/pgp-signature')]),
      expected: { text: '1', html: undefined, textBody: ['1'], htmlBody: ['1'], files: ['2'], full: false },
    },
    {
      name: 'an encrypted message',
      node: multi('encrypted', [leaf('1', 'application/pgp-encrypted'), leaf('2', 'application/octet-stream')]),
      expected: { text: undefined, html: undefined, textBody: [], htmlBody: [], files: ['1', '2'], full: 'pgp' },
    },
    {
      name: 'S/MIME',
      node: leaf('1', 'application/pkcs7-mime'),
      expected: { text: undefined, html: undefined, textBody: [], htmlBody: [], files: ['1'], full: 'smime' },
    },
    {
      name: 'TNEF',
      node: multi('mixed', [leaf('1', 'text/plain'), leaf('2', 'application/ms-tnef')]),
      expected: { text: '1', html: undefined, textBody: ['1'], htmlBody: ['1'], files: ['2'], full: 'tnef' },
    },
    {
      name: 'no structure',
      node: null,
      expected: { text: undefined, html: undefined, textBody: [], htmlBody: [], files: [], full: 'no-structure' },
    },
    {
      name: 'a multipart without parts',
      node: multi('mixed', []),
      expected: { text: undefined, html: undefined, textBody: [], htmlBody: [], files: [], full: 'implausible' },
    },
    {
      name: 'a type that is none',
      node: leaf('1', '/'),
      expected: { text: undefined, html: undefined, textBody: [], htmlBody: [], files: ['1'], full: 'implausible' },
    },
  ])('plans $name', ({ node, expected }) => {
    expect(plan(node)).toEqual(expected);
  });

  it('takes a small message whole', () => {
    expect([plan(leaf('1', 'text/plain'), 1000).full, plan(leaf('1', 'text/plain'), 100_000).full]).toEqual([
      'small',
      false,
    ]);
  });
});

describe('attachmentsOf', () => {
  it('estimates the decoded size and makes names safe', () => {
    const pdf = leaf('2', 'application/pdf', {
      encoding: 'base64',
      size: 78_000,
      disposition: 'attachment',
      dispositionParameters: { filename: '..\\..\\a\u202eb.pdf' },
    });
    expect(attachmentsOf(structureFromImap(multi('mixed', [leaf('1', 'text/plain'), pdf])))).toEqual([
      {
        part: '2',
        filename: 'ab.pdf',
        mimeType: 'application/pdf',
        size: 57_000,
        encoding: 'base64',
        inline: false,
        warning: 'disguised',
      },
    ]);
  });

  it('does not call signatures and inline pictures attachments', () => {
    const html = multi('related', [leaf('1', 'text/html'), leaf('2', 'image/png', { id: '<a@b>' })]);
    const signed = multi('signed', [leaf('1', 'text/plain'), leaf('2', 'application/pkcs7-signature')]);
    const picture = multi('mixed', [leaf('1', 'text/plain'), leaf('2', 'image/png')]);
    expect([html, signed, picture].map((node) => hasAttachments(structureFromImap(node)))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('survives a tree of any depth and breadth', () => {
    let deep = leaf('1', 'text/plain');
    for (let i = 0; i < 2000; i += 1) deep = multi('mixed', [deep], '1');
    const wide = multi(
      'mixed',
      Array.from({ length: 5000 }, (_, i) => leaf(`${i + 1}`, 'image/png')),
    );
    expect(plan(deep).full).toBe('implausible');
    expect(attachmentsOf(structureFromImap(wide)).length).toBe(999);
  });
});

describe('safeFilename', () => {
  it.each([
    ['report.pdf', 'application/pdf', 'report.pdf'],
    ['../../etc/passwd', 'text/plain', 'passwd'],
    ['C:\\Temp\\x.txt', 'text/plain', 'x.txt'],
    ['a\u202ecod.exe', 'text/plain', 'acod.exe'],
    ['line\r\nbreak.txt', 'text/plain', 'linebreak.txt'],
    ['..', 'image/png', 'image.png'],
    [undefined, 'message/rfc822', 'forwarded.eml'],
    [undefined, 'application/x-thing', 'attachment.bin'],
    ['nul.txt', 'text/plain', '_nul.txt'],
    ['a<b>"c".txt', 'text/plain', 'a_b__c_.txt'],
    ['会議.pdf', 'application/pdf', '会議.pdf'],
    [`${'x'.repeat(300)}.pdf`, 'application/pdf', `${'x'.repeat(196)}.pdf`],
  ])('%j of %s becomes %j', (name, type, expected) => {
    expect(safeFilename(name, type)).toBe(expected);
  });
});
