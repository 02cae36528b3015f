import { describe, expect, it } from 'vitest';
import { snippet } from './snippet.ts';

describe('snippet', () => {
  it.each([
    { name: 'plain words', source: { text: 'Hello,\n\nsee you   tomorrow.' }, expected: 'Hello, see you tomorrow.' },
    {
      name: 'the answer above a quote',
      source: { text: 'Yes.\n\nOn Mon, 1 Jan 2025, Jane <j@x.y> wrote:\n> Shall we?\n> Really?' },
      expected: 'Yes.',
    },
    {
      name: 'the answer below a quote',
      source: { text: 'Am 1.1.2025 um 10:00 schrieb Jane:\n> Sollen wir?\nJa.' },
      expected: 'Ja.',
    },
    {
      name: 'an attribution on two lines',
      source: { text: 'Yes.\nOn Mon, 1 Jan 2025 at 10:00, Jane Somebody\n<jane@example.org> wrote:\n> x' },
      expected: 'Yes.',
    },
    { name: 'nothing of the signature', source: { text: 'Hello\n-- \nJane\nCEO' }, expected: 'Hello' },
    {
      name: 'nothing of the original message',
      source: { text: 'Fine.\n-----Original Message-----\nFrom: x' },
      expected: 'Fine.',
    },
    { name: 'a quote when there is nothing else', source: { text: '> only this' }, expected: '> only this' },
    {
      name: 'HTML without its head',
      source: { html: '<head><title>t</title><style>p{}</style></head><p>Hello <a href="https://x.y/z">you</a></p>' },
      expected: 'Hello you',
    },
    {
      name: 'a preview line without filler',
      source: { html: `<div>Sale!${'&zwnj;&nbsp;&#847; '.repeat(50)}</div><p>Now</p>` },
      expected: 'Sale! Now',
    },
    { name: 'HTML when the text is empty', source: { text: ' \n', html: '<p>x</p>' }, expected: 'x' },
    { name: 'joiners that mean something', source: { text: 'می‌خواهم 👩‍💻' }, expected: 'می‌خواهم 👩‍💻' },
    { name: 'nothing', source: {}, expected: '' },
  ])('shows $name', ({ source, expected }) => {
    expect(snippet(source)).toBe(expected);
  });

  it('is at most 200 characters and never cuts one in two', () => {
    const short = snippet({ text: '👍'.repeat(500) });
    expect([[...short].length, short.isWellFormed(), short.endsWith('…')]).toEqual([200, true, true]);
  });
});
