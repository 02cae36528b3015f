/** Something is going on. */
import { LoaderCircle } from 'lucide-react';
import { cn } from '../../lib/class-names.ts';

export function Spinner({ label = 'Working', className }: { label?: string; className?: string }) {
  return <LoaderCircle role="status" aria-label={label} className={cn('size-4 animate-spin text-muted', className)} />;
}
