/** What a mail account signed in with OAuth keeps instead of a password, as one sealed text. */
import { z } from 'zod';
import { MailError } from '../../../lib/driver/errors.ts';

const tokensSchema = z.object({
  accessToken: z.string(),
  /** Epoch milliseconds. */
  issuedAt: z.number(),
  expiresAt: z.number(),
  /** Null: the provider gave none, or it is void. */
  refreshToken: z.string().nullable(),
});
export type OAuthTokens = z.infer<typeof tokensSchema>;

export const writeTokens = (tokens: OAuthTokens): string => JSON.stringify(tokens);

/** Throws INTERNAL for what is none; what was there is not shown. */
export function readTokens(text: string): OAuthTokens {
  try {
    return tokensSchema.parse(JSON.parse(text));
  } catch {
    throw new MailError({ code: 'INTERNAL', message: 'The sign-in of this account cannot be read any more.' });
  }
}

/** The provider takes the refresh token no more: somebody has to sign in again. */
export function signInExpired(cause?: unknown): MailError {
  return new MailError({
    code: 'OAUTH_EXPIRED',
    message: 'The permission for this mailbox has ended, or was withdrawn.',
    fix: 'Sign in again with your provider. Nothing is lost meanwhile.',
    retryable: false,
    cause,
  });
}
