/**
 * Real and broken messages from public suites, where they lie beside the repository: nothing may throw, every part
 * keeps its number, and what another parser makes of the same bytes must agree with us.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { toPlainText } from '@postroom/mail-html';
import { describe, expect, it } from 'vitest';
import { attachmentsOf, parseMessage, partBytes, snippet } from './index.ts';

const corpus = join(import.meta.dirname, '../../../../../../shared/corpus');
const isHere = existsSync(corpus);
if (!isHere) console.warn('SKIPPED corpus.test.ts: the folder ../shared/corpus is not beside the repository');

interface OracleHeader {
  name: string | { other: string };
  value: {
    Text?: string;
    Address?: { List?: OracleAddress[]; Group?: { addresses: OracleAddress[] }[] };
    ContentType?: { attributes?: { name: string; value: string }[] };
  };
}
interface OracleAddress {
  name?: string | null;
  address?: string | null;
}
interface OraclePart {
  headers: OracleHeader[];
  body: { Text?: string; Html?: string; Message?: unknown; Binary?: unknown };
}
interface Oracle {
  text_body: number[];
  html_body: number[];
  attachments: number[];
  parts: OraclePart[];
}

function* messages(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* messages(path);
    else if (!/\.json$|\.txt$|^COPYING$|LICENSE|README/i.test(entry.name)) yield path;
  }
}

const header = (part: OraclePart | undefined, name: string) =>
  part?.headers.find((candidate) => candidate.name === name)?.value;
const squeeze = (text: string) => text.replace(/[\s\u00a0]+/g, ' ').trim();

function people(part: OraclePart | undefined): string[] {
  const address = header(part, 'from')?.Address;
  const list = address?.List ?? address?.Group?.flatMap(({ addresses }) => addresses) ?? [];
  return list.map(({ name, address: email }) => `${squeeze(name ?? '')} <${(email ?? '').toLowerCase()}>`);
}

function fileName(part: OraclePart | undefined): string | undefined {
  const attribute = (field: string, name: string) =>
    header(part, field)?.ContentType?.attributes?.find((one) => one.name === name)?.value;
  return attribute('content_disposition', 'filename') ?? attribute('content_type', 'name');
}

/**
 * Where we differ on purpose. The oracle is a second opinion, not the truth.
 */
const OURS_BY_CHOICE: Record<string, string> = {
  'legacy/049 text': 'uuencoded files are taken out of the text and become attachments',
  'malformed/001 text': 'a multipart whose delimiter never comes is shown as the text it is',
  'malformed/002 text': 'a multipart whose delimiter never comes is shown as the text it is',
  'malformed/003 text': 'a multipart whose delimiter never comes is shown as the text it is',
  'malformed/004 text': 'a multipart whose delimiter never comes is shown as the text it is',
  'malformed/006 text': 'a part that is never closed is still a part',
  'malformed/007 text': 'a multipart whose delimiter never comes is shown as the text it is',
  'malformed/005 text': 'the outer close delimiter ends the inner multipart, although it is also the inner delimiter',
  'malformed/009 text': 'later text parts of a multipart/mixed are shown',
  'malformed/011 text': 'later text parts of a multipart/mixed are shown',
  'malformed/016 text': 'boundaries longer than 70 characters are compared whole',
  'malformed/019 text': 'a header that ends in a line without colon begins the body there',
  'malformed/019 html': 'the delimiter inside the HTML ends it',
  'malformed/020 text': 'of two Content-Type fields the first counts',
  'malformed/021 text': 'of two Content-Type fields the first counts',
};

/** Equal, where U+FFFD in the oracle's answer stands for a character it could not decode. */
function agrees(theirs: unknown, ours: unknown): boolean {
  const theirText = JSON.stringify(theirs);
  const ourText = JSON.stringify(ours);
  if (!theirText.includes('\ufffd')) return theirText === ourText;
  return (
    theirText.length === ourText.length && [...theirText].every((char, i) => char === '\ufffd' || char === ourText[i])
  );
}

/** The things compared, as the oracle has them and as we do. */
function compare(path: string): { what: string; theirs: unknown; ours: unknown }[] {
  const oracle: Oracle = JSON.parse(readFileSync(path, 'utf8'));
  const isCrlf = path.endsWith('.crlf.json');
  const raw = readFileSync(path.replace(/(?:\.crlf)?\.json$/, '.eml'));
  const bytes = isCrlf ? Buffer.from(raw.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1') : raw;
  const message = parseMessage(bytes);
  const [root] = oracle.parts;
  const bodies = oracle.text_body.map((i) => oracle.parts[i]?.body);
  const hasPlain = bodies.some((body) => body?.Text !== undefined);
  const plain = hasPlain ? bodies.map((body) => body?.Text ?? toPlainText(body?.Html ?? '')) : [];
  const html = oracle.html_body.map((i) => oracle.parts[i]?.body.Html).filter((text) => text !== undefined);
  const ownPlain = message.text;
  return [
    { what: 'subject', theirs: squeeze(header(root, 'subject')?.Text ?? ''), ours: squeeze(message.subject) },
    {
      what: 'from',
      theirs: people(root),
      ours: message.from.map(({ name = '', email }) => `${name} <${email.toLowerCase()}>`),
    },
    { what: 'text', theirs: squeeze(plain.join('\n')), ours: squeeze(ownPlain) },
    {
      what: 'html',
      theirs: squeeze(html.join('\n')),
      ours: html.every((piece) => squeeze(message.html).includes(squeeze(piece)))
        ? squeeze(html.join('\n'))
        : squeeze(message.html),
    },
    {
      what: 'files',
      theirs: oracle.attachments
        .map((i) => fileName(oracle.parts[i]))
        .flatMap((name) => (name === undefined ? [] : [name.replace(/^C:TEMP|^.*\//, '')])),
      ours: message.attachments
        .filter(({ part }, i) => fileName(oracle.parts[oracle.attachments[i] ?? -1]) !== undefined || part === '')
        .map(({ filename }) => filename),
    },
  ];
}

describe.skipIf(!isHere)('the corpus of real and broken messages', () => {
  const paths = isHere ? [...messages(corpus)] : [];

  it('is parsed without a throw, and every file is found again by its part number', () => {
    for (const path of paths) {
      const bytes = readFileSync(path);
      const message = parseMessage(bytes);
      snippet(message);
      const fromStructure = attachmentsOf(message.structure).map(({ part, filename }) => ({ part, filename }));
      const parsed = message.attachments
        .filter(({ part }) => !part.includes(':'))
        .map(({ part, filename }) => ({ part, filename }));
      expect(parsed, path).toEqual(fromStructure);
      for (const { part } of parsed) expect(partBytes(bytes, part), `${path} ${part}`).toBeDefined();
      expect(JSON.stringify({ ...message, attachments: [], headers: [] }), path).not.toMatch(/\\u0000|\\ud[89a-f]/i);
    }
    expect(paths.length).toBeGreaterThan(300);
  });

  it('agrees with an independent parser on subject, sender, text and file names in at least 98 of 100', () => {
    const oracles = ['legacy', 'rfc', 'malformed'].flatMap((folder) => {
      const path = join(corpus, 'mail-parser', folder);
      return readdirSync(path)
        .filter((name) => name.endsWith('.json'))
        .map((name) => join(path, name));
    });
    const results = oracles.flatMap((path) => compare(path).map((result) => ({ path, ...result })));
    const misses = results.filter(({ theirs, ours }) => !agrees(theirs, ours));
    const nameOf = ({ path, what }: { path: string; what: string }) =>
      `${path.split('/').at(-2)}/${basename(path).replace(/(?:\.crlf)?\.json$/, '')} ${what}`;
    const unexplained = misses.filter((miss) => OURS_BY_CHOICE[nameOf(miss)] === undefined);
    for (const miss of misses) {
      console.warn(
        `differs: ${nameOf(miss)}: ${OURS_BY_CHOICE[nameOf(miss)] ?? `theirs ${JSON.stringify(miss.theirs).slice(0, 200)} ours ${JSON.stringify(miss.ours).slice(0, 200)}`}`,
      );
    }
    console.warn(
      `${results.length - misses.length} of ${results.length} agree, ${misses.length - unexplained.length} differ on purpose`,
    );
    expect(unexplained.length / results.length).toBeLessThanOrEqual(0.02);
  });
});
