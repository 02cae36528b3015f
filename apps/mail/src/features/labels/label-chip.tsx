/** A label on a conversation. */
import { X } from 'lucide-react';
import type { Label } from '../../lib/api.ts';
import { cn } from '../../lib/class-names.ts';
import { labelsText as text } from '../../lib/i18n/labels.ts';
import { colorOf } from './label-colors.ts';

export function LabelChip({ label, className, onRemove }: { label: Label; className?: string; onRemove?: () => void }) {
  const { backgroundColor, textColor } = colorOf(label);
  return (
    <span
      className={cn(
        'inline-flex h-4.5 max-w-36 shrink-0 items-center gap-1 rounded px-1.5 text-2xs font-medium',
        className,
      )}
      style={{ backgroundColor, color: textColor }}
    >
      <span className="truncate">{label.name}</span>
      {onRemove && (
        <button type="button" aria-label={text.remove(label.name)} onClick={onRemove} className="-mr-0.5 rounded-sm">
          <X className="size-3" />
        </button>
      )}
    </span>
  );
}

export function LabelDot({ label, className }: { label: Pick<Label, 'color'>; className?: string }) {
  const { backgroundColor, textColor } = colorOf(label);
  return (
    <span
      aria-hidden="true"
      className={cn('inline-block size-2.5 shrink-0 rounded-full border', className)}
      style={{ backgroundColor, borderColor: textColor }}
    />
  );
}
