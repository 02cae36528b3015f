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
  PROVIDER: { message: authText.providerDown },
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

const RETURNED: Readonly<Record<string, AuthProblem>> = {
  account_not_linked: { message: authText.notLinked, fix: authText.notLinkedFix },
  account_already_linked_to_different_user: { message: authText.linkedElsewhere, fix: authText.linkedElsewhereFix },
  access_denied: { message: authText.calledOff, fix: authText.calledOffFix },
  email_not_found: { message: authText.noAddress, fix: authText.noAddressFix },
  state_mismatch: { message: authText.providerTooLate, fix: authText.calledOffFix },
  SIGN_UP_CLOSED: { message: authText.closed },
  INVITE_REQUIRED: { message: authText.inviteMissing, fix: authText.inviteMissingFix },
  THROTTLED: { message: authText.throttled },
};

/** What a provider, or single sign-on, came back with, as `error` in the address says it. */
export function returnedProblem(error: string): AuthProblem {
  return RETURNED[error] ?? { message: authText.providerFailed, fix: authText.providerFailedFix };
}
