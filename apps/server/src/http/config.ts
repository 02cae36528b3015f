/** `GET /api/config`: what the sign-in and connect screens need to know before anybody is signed in. Nothing secret. */
import { Hono } from 'hono';
import type { Env } from '../env.ts';
import type { NewConnection } from '../lib/driver/schemas.ts';
import type { HttpEnv } from './env.ts';

/** One of the instance's own servers. */
export type DefaultServer = Pick<NewConnection['imap'], 'host' | 'port' | 'security'>;

export interface ConfigRoutesDeps {
  readonly signUp: Env['SIGN_UP'];
  /** Whether somebody without an invitation could make an account now. */
  readonly canSignUp: () => Promise<boolean>;
  /** Whether one may sign in with the mail account. */
  readonly mailLogin: boolean;
  /** Whether OIDC_* names a provider. */
  readonly singleSignOn: boolean;
  /** Providers whose users may sign in to the app. */
  readonly authProviders: readonly { readonly id: string; readonly name: string }[];
  /** Whether a forgotten password is replaced by mail. */
  readonly passwordReset: boolean;
  /** Providers whose sign-in page connects a mail account. */
  readonly emailProviders: readonly { readonly id: string; readonly name: string }[];
  /** The instance's own mail server, if there is one. */
  readonly defaultServers: { readonly imap: DefaultServer; readonly smtp: DefaultServer } | null;
}

export function createConfigRoutes({ canSignUp, ...said }: ConfigRoutesDeps): Hono<HttpEnv> {
  return new Hono<HttpEnv>().get('/api/config', async (c) =>
    c.json({ ...said, canSignUp: await canSignUp() }, 200, { 'Cache-Control': 'no-store' }),
  );
}
