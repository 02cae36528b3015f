/** Initials in the colour of an address. */
import type { Address } from '../../lib/api.ts';
import { cn } from '../../lib/class-names.ts';
import { hueOf, initialsOf } from '../../lib/format.ts';

export function Avatar({ address, className }: { address: Address; className?: string }) {
  const hue = hueOf(address.email);
  return (
    <span
      aria-hidden="true"
      className={cn(
        'inline-flex size-8 shrink-0 items-center justify-center rounded-full text-2xs font-semibold select-none',
        className,
      )}
      style={{
        backgroundColor: `light-dark(oklch(0.91 0.05 ${hue}), oklch(0.38 0.06 ${hue}))`,
        color: `light-dark(oklch(0.38 0.1 ${hue}), oklch(0.9 0.05 ${hue}))`,
      }}
    >
      {initialsOf(address)}
    </span>
  );
}
