import { describe, expect, it } from 'vitest';
import { fillIn, firstNameOf, openPlaceholder, placeholderValues } from './placeholders.ts';

const ada = { name: 'Ada Lund', email: 'ada@lab.test' };

it.each([
  ['Bob Ivers', 'Bob'],
  ['Ivers, Bob', 'Bob'],
  ['Ivers, ', 'Ivers'],
  ['"Bob" Ivers', 'Bob'],
  ['山田太郎', '山田太郎'],
  ['  Émile  Brâncuș ', 'Émile'],
  ['', ''],
])('of %s the first name is %s', (name, first) => {
  expect(firstNameOf(name)).toBe(first);
});

describe('a template', () => {
  it.each([
    ['Hi {{first name}}, I am {{my name}}.', { name: 'Bob Ivers', email: 'bob@lab.test' }, 'Hi Bob, I am Ada Lund.'],
    ['{{ First_Name }} {{NAME}} {{email}}', { name: 'Bob Ivers', email: 'bob@lab.test' }, 'Bob Bob Ivers bob@lab.test'],
    ['Hi {{first name}}', { email: 'bob@lab.test' }, 'Hi {{first name}}'],
    ['Hi {{first name}}', { name: 'bob@lab.test', email: 'bob@lab.test' }, 'Hi {{first name}}'],
    ['Hi {{first name}}', undefined, 'Hi {{first name}}'],
    ['{{something else}} {{}} {{ {{my first name}}', undefined, '{{something else}} {{}} {{ Ada'],
  ])('%s is filled in', (text, to, filled) => {
    expect(fillIn(text, placeholderValues(to, ada))).toBe(filled);
  });

  it('takes a name as text, whatever is in it', () => {
    const values = placeholderValues({ name: '$& <b>$1', email: 'b@lab.test' }, ada);
    expect(fillIn('<p>{{name}}</p>', values, (value) => value.replaceAll('<', '&lt;'))).toBe('<p>$& &lt;b>$1</p>');
  });
});

it.each([
  ['Hi {{first name}}', '{{first name}}'],
  ['{{x}} and {{ My-Name }}', '{{ My-Name }}'],
  ['{{x}}', undefined],
  ['all there', undefined],
])('in “%s” is still open: %s', (text, open) => {
  expect(openPlaceholder(text)).toBe(open);
});
