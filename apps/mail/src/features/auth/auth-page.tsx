/** The page of sign-in and sign-up: one form in the middle. */
import type { ReactNode } from 'react';
import { Mark } from '../../components/ui/mark.tsx';
import { authText } from '../../lib/i18n/auth.ts';

export function AuthPage({ title, intro, children }: { title: string; intro?: ReactNode; children: ReactNode }) {
  return (
    <main className="flex h-full items-center justify-center overflow-y-auto p-4">
      <div className="w-full max-w-sm animate-fade">
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
