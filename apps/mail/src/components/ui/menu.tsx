/** Drop-down menus. */
import { Check } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from '../../lib/class-names.ts';
import { Kbd } from './kbd.tsx';

export const Menu = DropdownMenu.Root;
export const MenuTrigger = DropdownMenu.Trigger;

export const panel =
  'z-50 max-h-[min(28rem,var(--radix-popper-available-height,100vh))] overflow-y-auto rounded-lg border bg-raised p-1 text-ink shadow-xl shadow-black/10 animate-appear dark:shadow-black/50';

export function MenuContent({ className, ...props }: ComponentProps<typeof DropdownMenu.Content>) {
  return (
    <DropdownMenu.Portal>
      <DropdownMenu.Content
        sideOffset={4}
        collisionPadding={8}
        className={cn(panel, 'min-w-44', className)}
        {...props}
      />
    </DropdownMenu.Portal>
  );
}

export function MenuItem({
  icon,
  keys,
  isChecked,
  className,
  children,
  ...props
}: ComponentProps<typeof DropdownMenu.Item> & { icon?: ReactNode; keys?: string; isChecked?: boolean }) {
  return (
    <DropdownMenu.Item
      className={cn(
        'flex h-8 cursor-default items-center gap-2.5 rounded-md px-2 outline-none select-none data-disabled:opacity-50 data-highlighted:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted',
        className,
      )}
      {...props}
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {isChecked && <Check aria-label="chosen" />}
      {keys !== undefined && <Kbd keys={keys} />}
    </DropdownMenu.Item>
  );
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className="mx-1 my-1 h-px bg-line" />;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="px-2 pt-1.5 pb-1 text-2xs text-muted">{children}</DropdownMenu.Label>;
}
