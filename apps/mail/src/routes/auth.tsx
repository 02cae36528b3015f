/** Sign-in and sign-up. The first user of a server sees sign-up. */
import { useQuery } from '@tanstack/react-query';
import { createRoute, Link, redirect, useNavigate } from '@tanstack/react-router';
import { AuthPage, SignInForm, SignUpForm, sessionQuery } from '../features/auth/index.ts';
import { queryClient } from '../lib/api.ts';
import { configQuery } from '../lib/config.ts';
import { authText as text } from '../lib/i18n/auth.ts';
import { rootRoute } from './root.tsx';

async function redirectSignedIn() {
  const session = await queryClient.ensureQueryData(sessionQuery).catch(() => null);
  if (session) throw redirect({ to: '/' });
}

function SignIn() {
  const navigate = useNavigate();
  const { data: config } = useQuery(configQuery);
  return (
    <AuthPage title={text.signInTitle} intro={text.signInIntro}>
      {config && <SignInForm hasMailLogin={config.mailLogin} onSignedIn={() => void navigate({ to: '/' })} />}
      {config?.canSignUp && (
        <p className="mt-4 text-center">
          <Link to="/sign-up" className="text-accent underline-offset-2 hover:underline">
            {text.toSignUp}
          </Link>
        </p>
      )}
    </AuthPage>
  );
}

function SignUp() {
  const navigate = useNavigate();
  const { data: config } = useQuery(configQuery);
  const intro =
    config?.canSignUp === false ? text.closed : config?.signUp === 'first' ? text.signUpFirstIntro : text.signUpIntro;
  return (
    <AuthPage title={text.signUpTitle} intro={intro}>
      {config?.canSignUp !== false && <SignUpForm onSignedUp={() => void navigate({ to: '/' })} />}
      {!(config?.canSignUp && config.signUp === 'first') && (
        <p className="mt-4 text-center">
          <Link to="/sign-in" className="text-accent underline-offset-2 hover:underline">
            {text.toSignIn}
          </Link>
        </p>
      )}
    </AuthPage>
  );
}

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  beforeLoad: redirectSignedIn,
  component: SignIn,
});

export const signUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-up',
  beforeLoad: redirectSignedIn,
  component: SignUp,
});
