/** A draft that is saved again and again by processes that die: shortened in `npm test`, whole in `npm run soak`. */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { createRandom } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Crash, DRAFT_SERVERS, dying, withDrafts } from './drafts.fixture.ts';

const SOAK = process.env.SOAK === '1';
const SAVES = SOAK ? 100 : 30;
const CRASHES = SOAK ? 20 : 10;
/** Commands of one push at most. */
const MAX_COMMANDS = 8;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe.each(DRAFT_SERVERS)('on %s', (server) => {
  it(`${SAVES} saves with ${CRASHES} crashes among them leave one draft with the last text`, () =>
    withDrafts(database, server, async ({ drafts, sender, save, push, look, connect, listed, onServer }) => {
      const random = createRandom(7);
      let id: string | null = null;
      let crashes = 0;
      for (let n = 1; n <= SAVES; n += 1) {
        ({ id } = await save({ id, subject: `Draft ${n}`, message: `<p>Text ${n}</p>` }));
        // As many saves are left as are to crash: each of them does.
        const isLast = SAVES - n < CRASHES - crashes;
        if (!isLast && random.chance(0.2)) continue;
        if (crashes < CRASHES && (isLast || random.chance(0.5))) {
          const session = await connect();
          const when = random.chance(0.5) ? 'before' : 'after';
          const outcome = await push(dying(session, isLast ? 1 : 1 + random.below(MAX_COMMANDS), when)).catch(
            (error) => error,
          );
          session.destroy();
          if (outcome instanceof Crash) crashes += 1;
          else expect(outcome).toBeUndefined();
        } else await push();
        if (random.chance(0.3)) await look();
      }
      await push();
      await look();
      const [draft] = (await drafts.list(sender.id, {})).drafts;
      const last = `Draft ${SAVES}`;
      expect({
        onServer: await onServer(),
        listed: await listed(),
        subject: draft?.subject,
        text: draft?.message,
      }).toEqual({ onServer: [last], listed: [last], subject: last, text: `<p>Text ${SAVES}</p>` });
      expect(crashes).toBe(CRASHES);
      await drafts.delete(sender, { id: id ?? '' });
      await push();
      await look();
      expect({ onServer: await onServer(), listed: await listed() }).toEqual({ onServer: [], listed: [] });
    }));
});
