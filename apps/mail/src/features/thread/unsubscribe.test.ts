import { expect, it } from 'vitest';
import { unsubscribeUrl } from './unsubscribe.ts';

it.each([
  ['a page', '<https://news.example.org/leave?u=1>', 'https://news.example.org/leave?u=1'],
  ['the page beside an address', '<mailto:leave@example.org>, <https://example.org/x>', 'https://example.org/x'],
  ['nothing that is not https', '<http://example.org/x>', undefined],
  ['nothing that runs', '<javascript:alert(1)>', undefined],
  ['nothing without the header', undefined, undefined],
])('opens %s', (_name, header, url) => {
  expect(unsubscribeUrl(header)).toBe(url);
});
