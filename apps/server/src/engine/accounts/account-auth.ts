/**
 * How an account proves to its servers who it is: by a password, or by an access token (RFC 6750) that is asked for when
 * a connection is opened and may be renewed meanwhile. Secrets are in clear here, in memory only.
 */
import { MailError } from '../../lib/driver/errors.ts';

export type AccountAuth =
  | { readonly type: 'password'; readonly password: string }
  | {
      readonly type: 'oauth2';
      /** A token that is good. `refused`: the server would not have that one. Throws OAUTH_EXPIRED. */
      readonly token: (refused?: string) => Promise<string>;
    };

/** What one login is made with. */
export type Credentials =
  | { readonly type: 'password'; readonly password: string }
  | { readonly type: 'oauth2'; readonly accessToken: string };

/** Logs in; where a token is refused, once more with a new one: it may have been made void before its time. */
export async function withCredentials<T>(
  auth: AccountAuth,
  logIn: (credentials: Credentials) => Promise<T>,
): Promise<T> {
  if (auth.type === 'password') return logIn(auth);
  const accessToken = await auth.token();
  try {
    return await logIn({ type: 'oauth2', accessToken });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const another = await auth.token(accessToken);
    return logIn({ type: 'oauth2', accessToken: another }).catch((again: unknown) => {
      throw isRefusal(again) ? signInRefused(again) : again;
    });
  }
}

function isRefusal(error: unknown): error is MailError {
  return (
    error instanceof MailError && (error.code === 'AUTHENTICATION_FAILED' || error.code === 'APP_PASSWORD_REQUIRED')
  );
}

/** A token just made: another would fare no better. */
function signInRefused({ on, cause }: MailError): MailError {
  return new MailError({
    code: 'OAUTH_EXPIRED',
    message: `The ${on === 'smtp' ? 'outgoing (SMTP)' : 'incoming (IMAP)'} server does not accept the sign-in of your provider.`,
    fix: 'Sign in again, as the owner of this mailbox. The administrator of a company may have switched mail programs off.',
    retryable: false,
    on,
    cause,
  });
}
