import { expect, it } from 'vitest';
import { authText } from '../../lib/i18n/auth.ts';
import { authProblemOf, returnedProblem } from './auth-errors.ts';

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

it.each([
  ['account_not_linked', { message: authText.notLinked, fix: authText.notLinkedFix }],
  ['account_already_linked_to_different_user', { message: authText.linkedElsewhere, fix: authText.linkedElsewhereFix }],
  ['access_denied', { message: authText.calledOff, fix: authText.calledOffFix }],
  ['SIGN_UP_CLOSED', { message: authText.closed }],
  ['INVITE_REQUIRED', { message: authText.inviteMissing, fix: authText.inviteMissingFix }],
  ['<b>anything</b>', { message: authText.providerFailed, fix: authText.providerFailedFix }],
])('says in plain words what a provider came back with: %s', (error, problem) => {
  expect(returnedProblem(error)).toEqual(problem);
});
