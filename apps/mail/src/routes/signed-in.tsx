/** Everything that needs a session: without one, sign-in; without an account, connecting one. */
import { useQuery } from '@tanstack/react-query';
import { createRoute, Outlet, redirect, useNavigate } from '@tanstack/react-router';
import { Suspense, useCallback, useState } from 'react';
import { Spinner } from '../components/ui/spinner.tsx';
import { ConnectAccount, FinishSignIn } from '../features/accounts/index.ts';
import { AuthPage, type LinkedAccount, linkedAccountsQuery, sessionQuery } from '../features/auth/index.ts';
import { ComposerDock } from '../features/compose/index.ts';
import { SettingsPage, sectionOf } from '../features/settings/index.ts';
import { queryClient, trpc } from '../lib/api.ts';
import { configQuery } from '../lib/config.ts';
import { accountsText } from '../lib/i18n/accounts.ts';
import { useLiveUpdates } from '../lib/live-updates.ts';
import { z } from '../lib/zod.ts';
import { rootRoute } from './root.tsx';

function SignedIn() {
  useLiveUpdates(true);
  return (
    <>
      <Outlet />
      {/* Whoever looks something up in the settings goes on writing. */}
      <ComposerDock />
    </>
  );
}

export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: async () => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (session) return { session };
    const config = await queryClient.ensureQueryData(configQuery).catch(() => null);
    const isFirst = config?.canSignUp === true && config.signUp === 'first';
    throw redirect({ to: isFirst ? '/sign-up' : '/sign-in' });
  },
  component: SignedIn,
});

export const indexRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/mail/$folder', params: { folder: 'inbox' } });
  },
});

/** Where the address of the account comes from; undefined where it was typed. */
function providerOf(linked: readonly LinkedAccount[]): string | undefined {
  return linked.some(({ providerId }) => providerId === 'credential') ? undefined : linked[0]?.providerId;
}

function Connect() {
  const navigate = useNavigate();
  const { session } = signedInRoute.useRouteContext();
  const { data: linked, isPending: isLinkedPending } = useQuery(linkedAccountsQuery);
  const hasAccounts = (queryClient.getQueryData(trpc.connections.list.queryKey())?.connections.length ?? 0) > 0;
  const { data: config, isPending: isConfigPending } = useQuery(configQuery);
  const provider = hasAccounts ? undefined : providerOf(linked ?? []);
  const signedInAt = config?.emailProviders.find(({ id }) => id === provider);
  return (
    <AuthPage title={accountsText.connectTitle} intro={accountsText.connectIntro} isWide>
      {!isConfigPending && !isLinkedPending && (
        <ConnectAccount
          initialName={session.name}
          initialEmail={hasAccounts ? '' : session.email}
          signedInAt={signedInAt}
          onConnected={(account) =>
            void navigate({ to: '/mail/$folder', params: { folder: 'inbox' }, search: hasAccounts ? { account } : {} })
          }
        />
      )}
    </AuthPage>
  );
}

export const connectRoute = createRoute({ getParentRoute: () => signedInRoute, path: '/connect', component: Connect });

function FinishConnecting() {
  const navigate = useNavigate();
  const { provider } = finishConnectingRoute.useParams();
  // As it came: state and code are not this page's to read.
  const [query] = useState(() => window.location.search.slice(1));
  const show = useCallback(
    (account: string) =>
      void navigate({ to: '/mail/$folder', params: { folder: 'inbox' }, search: { account }, replace: true }),
    [navigate],
  );
  return (
    <AuthPage title={accountsText.finishTitle} intro={accountsText.finishIntro} isWide>
      <FinishSignIn
        provider={provider}
        query={query}
        onConnected={show}
        onBack={() => void navigate({ to: '/connect', replace: true })}
      />
    </AuthPage>
  );
}

/** Where mail providers send the browser back to (lib/services/oauth-connect.ts of the server). */
export const finishConnectingRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/connect/$provider',
  component: FinishConnecting,
});

function Settings() {
  const navigate = useNavigate();
  const { section } = settingsRoute.useParams();
  const { error } = settingsRoute.useSearch();
  return (
    <Suspense
      fallback={
        <div className="flex h-full items-center justify-center">
          <Spinner />
        </div>
      }
    >
      <SettingsPage
        section={sectionOf(section)}
        error={error}
        onSection={(next) => void navigate({ to: '/settings/$section', params: { section: next } })}
        onBack={() => void navigate({ to: '/mail/$folder', params: { folder: 'inbox' } })}
        onAddAccount={() => void navigate({ to: '/connect' })}
      />
    </Suspense>
  );
}

export const settingsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/settings/$section',
  validateSearch: z.object({ error: z.string().optional().catch(undefined) }),
  component: Settings,
});
