/** Sign-up, sign-in and the session, through better-auth. */
import { createAuthClient } from 'better-auth/react';

export const authClient = createAuthClient({ basePath: '/api/auth' });
