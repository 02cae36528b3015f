/** A titled part of a settings page, and one line of it. */
import type { ReactNode } from 'react';

export function Section({
  title,
  intro,
  children,
}: {
  title: string;
  intro?: string | undefined;
  children: ReactNode;
}) {
  return (
    <section className="mb-8">
      <h2 className="text-[15px] font-semibold">{title}</h2>
      {intro !== undefined && <p className="mt-0.5 text-muted">{intro}</p>}
      <div className="mt-3 divide-y rounded-xl border bg-surface">{children}</div>
    </section>
  );
}

export function Line({ title, hint, children }: { title: string; hint?: string | undefined; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-2 px-4 py-3">
      <div className="min-w-48 flex-1">
        <p className="font-medium">{title}</p>
        {hint !== undefined && <p className="text-xs text-muted">{hint}</p>}
      </div>
      {children}
    </div>
  );
}
