import { expect, it } from 'vitest';
import { authText } from '../../lib/i18n/auth.ts';
import { authProblemOf } from './auth-errors.ts';

it.each([
  [
    'a known code',
    { status: 401, code: 'INVALID_EMAIL_OR_PASSWORD', message: 'x' },
    { message: authText.wrongCredentials },
  ],
  [
    'a taken address',
    { status: 422, code: 'USER_ALREADY_EXISTS' },
    { message: authText.taken, fix: authText.takenFix },
  ],
  ['too many attempts', { status: 429, message: 'Too many requests' }, { message: authText.throttled }],
  ['no answer', {}, { message: authText.unreachable }],
  ['the server’s own words', { status: 403, message: 'Ask for an invitation.' }, { message: 'Ask for an invitation.' }],
  ['a refusal without words', { status: 403 }, { message: authText.closed }],
  ['anything else', { status: 500 }, { message: authText.unknown }],
])('says %s in plain words', (_name, error, problem) => {
  expect(authProblemOf(error)).toEqual(problem);
});
