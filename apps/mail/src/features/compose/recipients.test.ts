import { describe, expect, it } from 'vitest';
import { hasMore, replyRecipients, replySubject } from './recipients.ts';

const [ada, grace, list] = ['ada', 'grace', 'list'].map((name) => ({ email: `${name}@example.org` }));
if (!ada || !grace || !list) throw new Error('never');
const message = { answer: { to: [ada], all: { to: [ada], cc: [grace] }, list } };

describe('recipients of an answer', () => {
  it('are those that the server names, by what was asked for', () => {
    const modes = ['reply', 'replyAll', 'replyList', 'forward'] as const;
    expect(modes.map((mode) => replyRecipients(message, mode))).toEqual([
      { to: [ada], cc: [] },
      { to: [ada], cc: [grace] },
      { to: [list], cc: [] },
      { to: [], cc: [] },
    ]);
  });

  it('are more for a reply to all only where there are more', () => {
    expect([hasMore(message), hasMore({ answer: { to: [ada], all: { to: [ada], cc: [] } } })]).toEqual([true, false]);
  });
});

it.each([
  ['Lunch', 'reply', 'Re: Lunch'],
  ['Re: Lunch', 'replyAll', 'Re: Lunch'],
  ['RE: AW: Fwd: Lunch', 'reply', 'Re: Lunch'],
  ['Re: Lunch', 'forward', 'Fwd: Lunch'],
  ['Regarding lunch', 'reply', 'Re: Regarding lunch'],
  ['', 'reply', 'Re:'],
] as const)('turns “%s” on %s into “%s”', (subject, mode, answer) => {
  expect(replySubject(subject, mode)).toBe(answer);
});
