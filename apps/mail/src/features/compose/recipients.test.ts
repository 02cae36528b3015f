import { describe, expect, it } from 'vitest';
import { deliveredTo, replyRecipients, replySubject } from './recipients.ts';

const [ada, grace, linus, me] = ['ada', 'grace', 'linus', 'me'].map((name) => ({ email: `${name}@example.org` }));
if (!ada || !grace || !linus || !me) throw new Error('never');
const own = new Set(['me@example.org']);
const message = { sender: ada, to: [me, grace], cc: [linus, me] };

describe('recipients of an answer', () => {
  it('are the sender alone for a reply', () => {
    expect(replyRecipients(message, 'reply', own)).toEqual({ to: [ada], cc: [] });
  });

  it('are those of Reply-To where there is one', () => {
    expect(replyRecipients({ ...message, replyTo: [grace] }, 'reply', own)).toEqual({ to: [grace], cc: [] });
  });

  it('are everybody but oneself for a reply to all', () => {
    expect(replyRecipients(message, 'replyAll', own)).toEqual({ to: [ada, grace], cc: [linus] });
  });

  it('name each once', () => {
    expect(replyRecipients({ sender: ada, to: [ada, me], cc: [ada, grace] }, 'replyAll', own)).toEqual({
      to: [ada],
      cc: [grace],
    });
  });

  it('are the others again when one answers one’s own message', () => {
    const mine = { sender: me, to: [ada], cc: [grace] };
    expect(replyRecipients(mine, 'reply', own)).toEqual({ to: [ada], cc: [] });
    expect(replyRecipients(mine, 'replyAll', own)).toEqual({ to: [ada], cc: [grace] });
  });

  it('are nobody yet for a forward', () => {
    expect(replyRecipients(message, 'forward', own)).toEqual({ to: [], cc: [] });
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

it('answers from the address the message came to', () => {
  expect(deliveredTo({ ...message, bcc: [] }, ['other@example.org', 'Me@example.org'])).toBe('Me@example.org');
});
