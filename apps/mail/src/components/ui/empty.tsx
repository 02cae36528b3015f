/** What stands where there is nothing to list: why, and what to do. */
import type { ReactNode } from 'react';

export interface EmptyProps {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function Empty({ icon, title, children, action }: EmptyProps) {
  return (
    <div className="flex h-full flex-col items-center justify-center gap-2 px-8 text-center animate-fade">
      <div className="mb-2 text-faint [&_svg]:size-9 [&_svg]:stroke-[1.25]">{icon}</div>
      <h2 className="text-[15px] font-semibold">{title}</h2>
      {children !== undefined && <div className="max-w-sm text-muted">{children}</div>}
      {action !== undefined && <div className="mt-3">{action}</div>}
    </div>
  );
}
