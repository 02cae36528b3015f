/** Buttons, with and without words. */
import { Slot, Tooltip } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from '../../lib/class-names.ts';
import { Kbd } from './kbd.tsx';

const variants = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover',
  outline: 'border bg-surface hover:bg-hover',
  ghost: 'hover:bg-hover',
  danger: 'bg-danger-soft text-danger hover:brightness-95',
};

export interface ButtonProps extends ComponentProps<'button'> {
  variant?: keyof typeof variants;
  size?: 'small' | 'medium';
  asChild?: boolean;
}

export function Button({ variant = 'outline', size = 'medium', asChild, className, ...props }: ButtonProps) {
  const Element = asChild ? Slot.Root : 'button';
  return (
    <Element
      type={asChild ? undefined : 'button'}
      className={cn(
        'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors select-none disabled:cursor-default disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0',
        size === 'small' ? 'h-7 px-2.5 text-xs' : 'h-8.5 px-3.5 text-[13px]',
        variants[variant],
        className,
      )}
      {...props}
    />
  );
}

export interface IconButtonProps extends ComponentProps<'button'> {
  /** What it does: its accessible name and its tooltip. */
  label: string;
  keys?: string;
  isActive?: boolean;
  children: ReactNode;
}

export function IconButton({ label, keys, isActive, className, children, ...props }: IconButtonProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>
        <button
          type="button"
          aria-label={label}
          className={cn(
            'inline-flex size-7.5 shrink-0 items-center justify-center rounded-md text-muted transition-colors hover:bg-hover hover:text-ink disabled:cursor-default disabled:opacity-40 [&_svg]:size-4',
            isActive && 'bg-hover text-ink',
            className,
          )}
          {...props}
        >
          {children}
        </button>
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          sideOffset={4}
          className="z-50 flex items-center gap-2 rounded-md bg-ink px-2 py-1 text-xs text-page animate-fade"
        >
          {label}
          {keys !== undefined && <Kbd keys={keys} className="border-page/30 text-page/80" />}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
