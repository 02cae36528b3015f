/**
 * Part numbers are attachment ids, so a real server's BODYSTRUCTURE and our own walk over the source must tell the
 * same story: same text parts, same files under the same numbers. (Names and types are not compared: a
 * server does not decode raw 8-bit names, nor mend broken types.)
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectImap, type DovecotServer, startDovecot } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { structureFromImap } from './bodystructure.ts';
import { parseMessage, partBytes } from './parse.ts';
import { planParts } from './parts-plan.ts';

const corpus = join(import.meta.dirname, '../../../../../../shared/corpus');
const isHere = existsSync(corpus);
if (!isHere) console.warn('SKIPPED imap-agreement: the folder ../shared/corpus is not beside the repository');

function* messages(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* messages(path);
    else if (!/\.json$|\.txt$|^COPYING$|LICENSE|README/i.test(entry.name)) yield path;
  }
}

describe.skipIf(!isHere)('part numbers', () => {
  let dovecot: DovecotServer;
  beforeAll(async () => {
    dovecot = await startDovecot();
  });
  afterAll(async () => {
    await dovecot?.stop();
  });

  it('agree with a real server on nearly every message of the corpus', async () => {
    const client = await connectImap(dovecot, 'ada@lab.test');
    const paths = [...messages(corpus)];
    const byUid = new Map<number, string>();
    for (const path of paths) {
      const bytes = readFileSync(path);
      // A server refuses an empty message.
      if (bytes.length === 0) continue;
      const appended = await client.append('INBOX', bytes).catch((error: unknown) => {
        throw new Error(`APPEND of ${path} was refused`, { cause: error });
      });
      if (appended !== false && appended.uid !== undefined) byUid.set(appended.uid, path);
    }
    const lock = await client.getMailboxLock('INBOX');
    const different: string[] = [];
    let compared = 0;
    for await (const row of client.fetch('1:*', { bodyStructure: true, source: true }, { uid: true })) {
      const source = row.source ?? Buffer.alloc(0);
      const theirs = planParts(structureFromImap(row.bodyStructure));
      const ours = planParts(parseMessage(source).structure);
      const story = (plan: typeof theirs) =>
        JSON.stringify(
          [plan.textBody, plan.htmlBody]
            .map((list) => list.map(({ part, type }) => `${part} ${type}`))
            .concat(plan.attachments.map(({ part, inline }) => [part, String(inline)])),
        );
      compared += 1;
      if (story(theirs) !== story(ours))
        different.push(
          `${byUid.get(row.uid)?.slice(corpus.length)}\n  server ${story(theirs).slice(0, 300)}\n  ours   ${story(ours).slice(0, 300)}`,
        );
      else for (const { part } of ours.attachments) expect(partBytes(source, part)).toBeDefined();
    }
    lock.release();
    await client.logout();
    for (const line of different) console.warn(`differs: ${line}`);
    console.warn(`${compared - different.length} of ${compared} agree`);
    expect(compared).toBe(byUid.size);
    expect(different.length / compared).toBeLessThanOrEqual(0.03);
  });
});
