export { AuthPage } from './auth-page.tsx';
export { refreshSession, type SignedInUser, sessionQuery, signOut } from './session.ts';
export { SignInForm } from './sign-in-form.tsx';
export { SignUpForm } from './sign-up-form.tsx';
