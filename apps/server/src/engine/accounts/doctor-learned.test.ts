import { expect, it } from 'vitest';
import { learnedChecks } from './doctor-learned.ts';

const brief = (learned: Parameters<typeof learnedChecks>[0]) => learnedChecks(learned).map(({ id, ok }) => [id, ok]);

it('says nothing of what is not known', () => {
  expect(learnedChecks({})).toEqual([]);
});

it.each([
  { learned: { sentAutoSave: true }, is: [['learned-sent', true]] },
  { learned: { sentAutoSave: false, rewritesMessageId: false }, is: [['learned-sent', true]] },
  { learned: { rewritesMessageId: true }, is: [['learned-message-id', true]] },
  { learned: { qresyncTrusted: false }, is: [['learned-qresync', false]] },
  { learned: { qresyncTrusted: true, snoozesHere: false }, is: [] },
  { learned: { snoozesHere: true }, is: [['learned-snooze', false]] },
  { learned: { maxConnections: 1 }, is: [['learned-connections', false]] },
  {
    learned: { maxConnections: 2, smtpSize: 35_882_577 },
    is: [
      ['learned-connections', true],
      ['learned-size', true],
    ],
  },
])('$learned', ({ learned, is }) => {
  expect(brief(learned)).toEqual(is);
});

it('whatever does not work is told with what follows from it', () => {
  const all = { sentAutoSave: true, qresyncTrusted: false, snoozesHere: true, maxConnections: 1, smtpSize: 1 };
  expect(learnedChecks(all).filter(({ ok, consequence }) => !ok && consequence === undefined)).toEqual([]);
});
