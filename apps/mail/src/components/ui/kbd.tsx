/** A key sequence as key caps. */
import { cn } from '../../lib/class-names.ts';
import { isMac, keyCaps } from '../../lib/keyboard/index.ts';

export function Kbd({ keys, className }: { keys: string; className?: string }) {
  return (
    <span className="inline-flex gap-0.5">
      {keyCaps(keys, isMac).map((cap) => (
        <kbd
          key={cap}
          className={cn(
            'inline-flex h-5 min-w-5 items-center justify-center rounded border px-1 font-sans text-2xs text-muted',
            className,
          )}
        >
          {cap.length === 1 ? cap.toUpperCase() : cap}
        </kbd>
      ))}
    </span>
  );
}
