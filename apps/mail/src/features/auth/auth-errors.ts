/** A failed sign-in or sign-up in plain words. */
import { authText } from '../../lib/i18n/auth.ts';

export interface AuthError {
  status?: number | undefined;
  code?: string | undefined;
  message?: string | undefined;
}

export interface AuthProblem {
  message: string;
  fix?: string;
}

const BY_CODE: Readonly<Record<string, AuthProblem>> = {
  INVALID_EMAIL_OR_PASSWORD: { message: authText.wrongCredentials },
  INVALID_EMAIL: { message: authText.wrongCredentials },
  USER_ALREADY_EXISTS: { message: authText.taken, fix: authText.takenFix },
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: { message: authText.taken, fix: authText.takenFix },
  INVALID_CODE: { message: authText.wrongCode, fix: authText.wrongCodeFix },
  INVALID_BACKUP_CODE: { message: authText.wrongCode, fix: authText.backupCodeHint },
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: { message: authText.tooManyCodes, fix: authText.tooManyCodesFix },
  ACCOUNT_TEMPORARILY_LOCKED: { message: authText.tooManyCodes, fix: authText.tooManyCodesFix },
  INVALID_TWO_FACTOR_COOKIE: { message: authText.codeTooLate, fix: authText.codeTooLateFix },
  INVALID_TOKEN: { message: authText.resetInvalid, fix: authText.resetInvalidFix },
  INVITE_REQUIRED: { message: authText.inviteUsed, fix: authText.inviteUsedFix },
  PASSKEY: { message: authText.passkeyFailed, fix: authText.passkeyFailedFix },
  SINGLE_SIGN_ON: { message: authText.singleSignOnDown },
  PASSWORD_TOO_SHORT: { message: authText.shortPassword },
};

export function authProblemOf({ status, code, message }: AuthError): AuthProblem {
  const known = code === undefined ? undefined : BY_CODE[code];
  if (known) return known;
  if (status === 429) return { message: authText.throttled };
  if (status === undefined || status === 0 || status >= 502) return { message: authText.unreachable };
  if (message) return { message };
  return { message: status === 401 ? authText.wrongCredentials : status === 403 ? authText.closed : authText.unknown };
}

/** What single sign-on came back with, as its `error` in the address says it. */
export function singleSignOnProblem(error: string): AuthProblem {
  return error === 'account_not_linked'
    ? { message: authText.notLinked, fix: authText.notLinkedFix }
    : { message: authText.singleSignOnFailed, fix: authText.singleSignOnFailedFix };
}
