export { type AuthProblem, authProblemOf, returnedProblem } from './auth-errors.ts';
export { AuthPage } from './auth-page.tsx';
export { deviceOf } from './device.ts';
export { type LinkedAccount, linkedAccountsQuery } from './linked-accounts.ts';
export { ForgotPasswordForm, NewPasswordForm } from './reset-forms.tsx';
export { refreshSession, type SignedInUser, sessionQuery, signOut } from './session.ts';
export { SignInForm } from './sign-in-form.tsx';
export { SignUpForm } from './sign-up-form.tsx';
