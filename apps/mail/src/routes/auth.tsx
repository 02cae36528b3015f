/** Sign-in and sign-up, and a new password for the one forgotten. The first user of a server sees sign-up. */
import { useQuery } from '@tanstack/react-query';
import { createRoute, Link, redirect, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Notice } from '../components/ui/notice.tsx';
import {
  AuthPage,
  ForgotPasswordForm,
  NewPasswordForm,
  returnedProblem,
  SignInForm,
  SignUpForm,
  sessionQuery,
} from '../features/auth/index.ts';
import { queryClient } from '../lib/api.ts';
import { configQuery } from '../lib/config.ts';
import { authText as text } from '../lib/i18n/auth.ts';
import { z } from '../lib/zod.ts';
import { rootRoute } from './root.tsx';

async function redirectSignedIn() {
  const session = await queryClient.ensureQueryData(sessionQuery).catch(() => null);
  if (session) throw redirect({ to: '/' });
}

type Target = '/sign-in' | '/sign-up' | '/forgot-password';

function Elsewhere({ to, children }: { to: Target; children: ReactNode }) {
  return (
    <p className="mt-4 text-center">
      <Link to={to} className="text-accent underline-offset-2 hover:underline">
        {children}
      </Link>
    </p>
  );
}

function SignIn() {
  const navigate = useNavigate();
  const { error } = signInRoute.useSearch();
  const { data: config } = useQuery(configQuery);
  return (
    <AuthPage title={text.signInTitle} intro={text.signInIntro}>
      {config && (
        <SignInForm
          config={config}
          returned={error === undefined ? null : returnedProblem(error)}
          onSignedIn={() => void navigate({ to: '/' })}
        />
      )}
      {config?.passwordReset && <Elsewhere to="/forgot-password">{text.forgot}</Elsewhere>}
      {config?.canSignUp && <Elsewhere to="/sign-up">{text.toSignUp}</Elsewhere>}
    </AuthPage>
  );
}

function SignUp() {
  const navigate = useNavigate();
  const { invite, error } = signUpRoute.useSearch();
  const { data: config } = useQuery(configQuery);
  const isInviteMissing = config?.signUp === 'invite' && invite === undefined;
  const isOpen = config?.canSignUp !== false && !isInviteMissing;
  const intro =
    config?.canSignUp === false ? text.closed : config?.signUp === 'first' ? text.signUpFirstIntro : text.signUpIntro;
  return (
    <AuthPage title={text.signUpTitle} intro={isInviteMissing ? undefined : intro}>
      {isInviteMissing && <Notice title={text.inviteMissing} fix={text.inviteMissingFix} />}
      {config && isOpen && (
        <SignUpForm
          config={config}
          invite={invite}
          returned={error === undefined ? null : returnedProblem(error)}
          onSignedUp={() => void navigate({ to: '/' })}
        />
      )}
      {!(config?.canSignUp && config.signUp === 'first') && <Elsewhere to="/sign-in">{text.toSignIn}</Elsewhere>}
    </AuthPage>
  );
}

function ForgotPassword() {
  return (
    <AuthPage title={text.forgotTitle} intro={text.forgotIntro}>
      <ForgotPasswordForm />
      <Elsewhere to="/sign-in">{text.backToSignIn}</Elsewhere>
    </AuthPage>
  );
}

function ResetPassword() {
  const navigate = useNavigate();
  const { token } = resetPasswordRoute.useSearch();
  return (
    <AuthPage title={text.resetTitle} intro={token === undefined ? undefined : text.resetIntro}>
      {token === undefined ? (
        <>
          <Notice tone="danger" title={text.resetInvalid} fix={text.resetInvalidFix} />
          <Elsewhere to="/forgot-password">{text.forgot}</Elsewhere>
        </>
      ) : (
        <NewPasswordForm token={token} onDone={() => void navigate({ to: '/sign-in' })} />
      )}
    </AuthPage>
  );
}

const parsing =
  <T extends z.ZodType>(schema: T) =>
  (search: Record<string, unknown>): z.infer<T> =>
    schema.parse(search);
const optionalText = z.string().optional().catch(undefined);

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: parsing(z.object({ error: optionalText })),
  beforeLoad: redirectSignedIn,
  component: SignIn,
});

export const signUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-up',
  validateSearch: parsing(z.object({ invite: optionalText, error: optionalText })),
  beforeLoad: redirectSignedIn,
  component: SignUp,
});

export const forgotPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/forgot-password',
  component: ForgotPassword,
});

export const resetPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset-password',
  validateSearch: parsing(z.object({ token: optionalText })),
  component: ResetPassword,
});
