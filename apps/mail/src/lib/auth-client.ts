/** Sign-up, sign-in, second factors and the session, through better-auth. */
import { passkeyClient } from '@better-auth/passkey/client';
import { twoFactorClient } from 'better-auth/client/plugins';
import { createAuthClient } from 'better-auth/react';

export const authClient = createAuthClient({ basePath: '/api/auth', plugins: [twoFactorClient(), passkeyClient()] });
