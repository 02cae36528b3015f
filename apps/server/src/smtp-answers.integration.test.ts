/**
 * What submission servers answer, at each command where they can, and what becomes of the message, row by row of
 * smtp-answers-table.fixture.ts; and that docs/sending.md says the same.
 */
import { readFile } from 'node:fs/promises';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { type MemorySmtp, type SmtpScript, type SmtpStep, startMemorySmtp } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnswerLab, createAnswerLab } from './smtp-answers.fixture.ts';
import { type Met, OUTCOMES, tableOf } from './smtp-answers-table.fixture.ts';

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

/** The dot's connection is cut when the server has the message and has not said so. */
function scripted(at: SmtpStep, answer: Met['answer']): SmtpScript {
  if (answer === 'silent') return { hang: at };
  if (answer === 'cut') return { cut: at === 'dot' ? 'after-dot' : at };
  return { replies: { [at]: answer } };
}

const ROWS = OUTCOMES.flatMap((outcome) =>
  outcome.met.flatMap(({ at, answer }) => at.map((step) => ({ step, answer, outcome }))),
);

describe('an answer of a submission server', () => {
  it.each(ROWS)('$step: $answer', async ({ step, answer, outcome }) => {
    const { outgoing, paused } = await lab.attempt(scripted(step, answer));
    const quoted = outcome.isQuoted ? ` The server says: "${answer}"` : '';
    expect({
      state: outgoing.state,
      isTriedAgain: outgoing.nextAttemptAt !== undefined,
      error: { ...outgoing.error, message: outgoing.error?.message.replace(`port ${smtp.port}`, 'port 587') },
      pausedBy: paused?.code,
      arrived: smtp.messages.length,
    }).toEqual({
      state: outcome.state,
      isTriedAgain: outcome.state === 'queued',
      error: {
        code: outcome.code,
        message: `${outcome.message}${quoted}`,
        fix: outcome.fix,
        retryable: outcome.state === 'queued',
        on: 'smtp',
      },
      pausedBy: outcome.pauses ? outcome.code : undefined,
      arrived: outcome.state === 'uncertain' ? 1 : 0,
    });
  });
});

it('docs/sending.md has this table', async () => {
  const document = await readFile(new URL('../../../docs/sending.md', import.meta.url), 'utf8');
  const table = document.slice(document.indexOf('| The server says'));
  expect(`${table.split('\n\n')[0]?.trimEnd()}\n`).toEqual(tableOf(OUTCOMES));
});
