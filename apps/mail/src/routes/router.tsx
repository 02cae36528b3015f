/** URL → feature. */
import { createRouter } from '@tanstack/react-router';
import { forgotPasswordRoute, resetPasswordRoute, signInRoute, signUpRoute } from './auth.tsx';
import { mailRoute } from './mail.tsx';
import { rootRoute } from './root.tsx';
import { connectRoute, finishConnectingRoute, indexRoute, settingsRoute, signedInRoute } from './signed-in.tsx';

const routeTree = rootRoute.addChildren([
  signInRoute,
  signUpRoute,
  forgotPasswordRoute,
  resetPasswordRoute,
  signedInRoute.addChildren([indexRoute, connectRoute, finishConnectingRoute, settingsRoute, mailRoute]),
]);

export const router = createRouter({ routeTree, defaultPreload: false, scrollRestoration: false });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
