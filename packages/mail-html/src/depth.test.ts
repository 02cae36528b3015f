/** Bombs of elements in one another are seen before they are parsed; sloppy markup is no bomb. */
import { describe, expect, it } from 'vitest';
import { endOfShallow, withoutDepths } from './depth.ts';
import { isSendable, outgoingFragment, toPlainText } from './index.ts';

const N = 50_000;

describe('markup', () => {
  it.each([
    ['elements in one another', '<div>'],
    ['tables in one another', '<table><tr><td>'],
    ['lists in one another', '<ul><li>'],
    ['elements that another ending does not end', '<font></b>'],
    ['elements of no known name', '<x1>'],
  ])('is cut where there are too many %s', (_, one) => {
    const cut = withoutDepths(one.repeat(N));
    expect([cut.length > 0, cut.length < 40_000, one.repeat(N).startsWith(cut)]).toEqual([true, true, true]);
  });

  it.each([
    ['elements beside one another', '<div><b>a</b></div>'],
    ['paragraphs that nobody ended', '<p>a'],
    ['items that nobody ended', '<li>a'],
    ['rows and cells that nobody ended', '<tr><td>a<td>b'],
    ['elements that ended with what they stand in', '<table><tr><td><div><font>a</table>'],
    ['elements that are never open', '<br><img src=a><hr>'],
    ['endings of nothing', '</div></b>'],
    ['signs that are none', '< a <3 a<b '],
  ])('stays whole with %s', (_, one) => {
    const html = one.repeat(one === '< a <3 a<b ' ? 1000 : N);
    expect(endOfShallow(html)).toBe(html.length);
  });
});

describe('a bomb in somebody’s own text', () => {
  const bomb = `<p>Hello</p>${'<table><tr><td>'.repeat(N)}`;

  it('is not sent', () => {
    expect([isSendable(bomb), isSendable('<p>Hello</p>')]).toEqual([false, true]);
  });

  it.each([
    ['cleaned', () => outgoingFragment(bomb)],
    ['cleaned with its style sheets', () => outgoingFragment(`<style>p{color:red}</style>${bomb}`)],
    ['read', () => toPlainText(bomb)],
  ])('is %s as far as it can be, and keeps nobody waiting', (_, work) => {
    const from = performance.now();
    expect(work()).toContain('Hello');
    expect(performance.now() - from).toBeLessThan(2000);
  });
});
