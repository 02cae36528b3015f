/** The page of sign-in, sign-up and connecting an account: one form in the middle. */
import type { ReactNode } from 'react';
import { Mark } from '../../components/ui/mark.tsx';
import { cn } from '../../lib/class-names.ts';
import { authText } from '../../lib/i18n/auth.ts';

export interface AuthPageProps {
  title: string;
  intro?: ReactNode;
  /** For a form with several fields in a row. */
  isWide?: boolean;
  children: ReactNode;
}

export function AuthPage({ title, intro, isWide = false, children }: AuthPageProps) {
  return (
    <main className="flex h-full overflow-y-auto p-4">
      <div className={cn('m-auto w-full animate-fade', isWide ? 'max-w-lg' : 'max-w-sm')}>
        <div className="mb-6 flex items-center gap-2.5">
          <Mark className="size-9" />
          <div>
            <p className="text-base leading-5 font-semibold">{authText.product}</p>
            <p className="text-xs text-muted">{authText.tagline}</p>
          </div>
        </div>
        <section className="rounded-xl border bg-surface p-6 shadow-sm" aria-labelledby="auth-title">
          <h1 id="auth-title" className="text-lg font-semibold">
            {title}
          </h1>
          {intro !== undefined && <p className="mt-1 text-muted">{intro}</p>}
          <div className="mt-5">{children}</div>
        </section>
      </div>
    </main>
  );
}
