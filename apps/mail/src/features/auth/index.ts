export { type AuthProblem, authProblemOf, singleSignOnProblem } from './auth-errors.ts';
export { AuthPage } from './auth-page.tsx';
export { deviceOf } from './device.ts';
export { ForgotPasswordForm, NewPasswordForm } from './reset-forms.tsx';
export { refreshSession, type SignedInUser, sessionQuery, signOut } from './session.ts';
export { SignInForm } from './sign-in-form.tsx';
export { SignUpForm } from './sign-up-form.tsx';
