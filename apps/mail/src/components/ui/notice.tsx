/** A line that says how something stands, and what to do next. */
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '../../lib/class-names.ts';

const looks = {
  danger: { className: 'bg-danger-soft text-danger', Icon: CircleAlert },
  warn: { className: 'bg-warn-soft text-warn', Icon: TriangleAlert },
  good: { className: 'bg-good-soft text-good', Icon: CircleCheck },
  info: { className: 'bg-hover text-ink', Icon: Info },
};

export interface NoticeProps {
  tone?: keyof typeof looks;
  title: ReactNode;
  fix?: ReactNode;
  action?: ReactNode;
  /** Scrolled to when it comes: wherever it stands, it must be seen. */
  isScrolledTo?: boolean;
  className?: string;
}

const scrollTo = (node: HTMLElement | null) => node?.scrollIntoView({ block: 'nearest' });

export function Notice({ tone = 'info', title, fix, action, isScrolledTo = false, className }: NoticeProps) {
  const { className: look, Icon } = looks[tone];
  return (
    <div
      ref={isScrolledTo ? scrollTo : undefined}
      role={tone === 'danger' ? 'alert' : 'status'}
      className={cn('flex items-start gap-2.5 rounded-lg px-3 py-2.5', look, className)}
    >
      <Icon className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
      <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">
        <p className="font-medium">{title}</p>
        {fix !== undefined && <p className="mt-0.5 text-ink/85">{fix}</p>}
      </div>
      {action}
    </div>
  );
}
