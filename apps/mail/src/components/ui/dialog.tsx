/** Modal windows, and the question before what cannot be undone. */
import { X } from 'lucide-react';
import { AlertDialog, Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '../../lib/class-names.ts';
import { Button, IconButton } from './button.tsx';

const overlay = 'fixed inset-0 z-40 bg-black/35 animate-fade';
const box =
  'fixed left-1/2 top-1/2 z-50 w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 rounded-xl border bg-raised shadow-2xl shadow-black/20 outline-none animate-fade';

export interface DialogProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: string;
  description?: string;
  className?: string;
  children: ReactNode;
}

export function Dialog({ isOpen, onOpenChange, title, description, className, children }: DialogProps) {
  return (
    <Radix.Root open={isOpen} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={overlay} />
        <Radix.Content
          className={cn(box, 'flex max-h-[85vh] max-w-lg flex-col', className)}
          onOpenAutoFocus={focusContent}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
        >
          <header className="flex items-center gap-2 px-5 pt-4 pb-2">
            <Radix.Title className="flex-1 text-base font-semibold">{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label="Close">
                <X />
              </IconButton>
            </Radix.Close>
          </header>
          {description !== undefined && (
            <Radix.Description className="px-5 pb-2 text-muted">{description}</Radix.Description>
          )}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long content is scrolled with the keyboard too */}
          <div tabIndex={0} className="min-h-0 flex-1 overflow-y-auto px-5 pb-5 outline-none">
            {children}
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** The first field, or the window itself: a focused close button would show its tooltip and take the first Escape. */
function focusContent(event: Event): void {
  event.preventDefault();
  const { currentTarget: content } = event;
  if (!(content instanceof HTMLElement)) return;
  (content.querySelector<HTMLElement>('input, textarea, select') ?? content).focus();
}

export interface ConfirmProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: string;
  description: string;
  confirmLabel: string;
  onConfirm: () => void;
}

export function Confirm({ isOpen, onOpenChange, title, description, confirmLabel, onConfirm }: ConfirmProps) {
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className={overlay} />
        <AlertDialog.Content className={cn(box, 'max-w-md p-5')}>
          <AlertDialog.Title className="text-base font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description className="mt-2 text-muted">{description}</AlertDialog.Description>
          <div className="mt-5 flex justify-end gap-2">
            <AlertDialog.Cancel asChild>
              <Button>Keep it</Button>
            </AlertDialog.Cancel>
            <AlertDialog.Action asChild>
              <Button variant="danger" onClick={onConfirm}>
                {confirmLabel}
              </Button>
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
