import { describe, expect, it } from 'vitest';
import { structureFromParts } from './bodystructure.ts';
import { type BuildInput, buildMessage } from './build.ts';
import { fileOfPart, type MessageSource, readAll, sourceOf, structureOfFrozen, transmitted } from './frozen.ts';
import { parseMessage } from './parse.ts';
import { splitParts } from './parts.ts';

const FILES: Record<string, Buffer> = {
  none: Buffer.alloc(0),
  one: Buffer.from('x'),
  line: Buffer.alloc(57, 7),
  lines: Buffer.alloc(114, 8),
  much: Buffer.from(Array.from({ length: 100_001 }, (_, index) => index % 251)),
};
const base: BuildInput = {
  from: { email: 'ada@lab.test' },
  to: [{ email: 'bob@lab.test' }],
  bcc: [{ email: 'eve@lab.test' }],
  keepBcc: true,
  subject: 'Files',
  html: '<p>See <img src="cid:p@x"></p>',
  messageId: '<files@lab.test>',
  date: new Date('2026-01-02T03:04:05Z'),
  headers: { 'X-Postroom-Draft-Id': '<files@lab.test>' },
};
/** All of them as attachments, the first inside the HTML; kept elsewhere, or in the input. */
const withFiles = (isStored: boolean): BuildInput => ({
  ...base,
  attachments: Object.entries(FILES).map(([name, octets], index) => ({
    filename: `${name}.bin`,
    mimeType: 'application/octet-stream',
    content: isStored ? { uploadId: name, size: octets.length, sha256: Buffer.from(name) } : octets,
    ...(index === 0 ? { inline: true, contentId: 'p@x' } : {}),
  })),
});
/** In pieces that fit no line. */
async function* read(name: string) {
  const octets = FILES[name] as Buffer;
  for (let at = 0; at < octets.length; at += 1000) yield octets.subarray(at, at + 1000);
}
const boundaries = (bytes: Buffer) => bytes.toString('latin1').replaceAll(/postroom-[0-9a-f]+/g, 'boundary');

describe('a message whose files are kept elsewhere', () => {
  it('is octet for octet the one that was built with them', async () => {
    const [stored, whole] = [await buildMessage(withFiles(true)), await buildMessage(withFiles(false))];
    expect(stored.files.map(({ uploadId }) => uploadId)).toEqual(Object.keys(FILES));
    expect(stored.octets.length).toBeLessThan(4_000);
    const source = sourceOf(stored, read);
    const octets = await readAll(source);
    expect(source.size).toBe(octets.length);
    expect(boundaries(octets)).toBe(boundaries(whole.octets));
    expect(parseMessage(octets).attachments.map(({ content }) => content)).toEqual(Object.values(FILES));
  });

  it('is the same each time it is built and read', async () => {
    const sources: MessageSource[] = [];
    for (let turn = 0; turn < 2; turn += 1) sources.push(sourceOf(await buildMessage(withFiles(true)), read));
    const [first, second] = sources as [MessageSource, MessageSource];
    expect(await readAll(second)).toEqual(await readAll(first));
    expect(await readAll(first)).toEqual(await readAll(first));
  });

  it('is transmitted without Bcc and our own fields, files in their places', async () => {
    const sent = await readAll(sourceOf(transmitted(await buildMessage(withFiles(true))), read));
    const { bcc, headers, attachments } = parseMessage(sent);
    expect([bcc, headers.get('x-postroom-draft-id')]).toEqual([[], undefined]);
    expect(attachments.map(({ content }) => content)).toEqual(Object.values(FILES));
  });

  it('has the structure that the whole message has', async () => {
    const frozen = await buildMessage(withFiles(true));
    const octets = await readAll(sourceOf(frozen, read));
    expect(structureOfFrozen(frozen)).toEqual(structureFromParts(splitParts(octets).root));
    for (const { part, filename } of parseMessage(octets).attachments) {
      expect(`${fileOfPart(frozen, part)?.uploadId}.bin`).toBe(filename);
    }
    expect(fileOfPart(frozen, '1.1')).toBeUndefined();
  });

  it('is not handed over when a file became another one', async () => {
    const frozen = await buildMessage(withFiles(true));
    const changed = sourceOf(frozen, (name) => read(name === 'much' ? 'lines' : name));
    await expect(readAll(changed)).rejects.toThrow('not whole');
  });
});
