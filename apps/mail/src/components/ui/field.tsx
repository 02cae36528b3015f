/** Form fields: a label, a control, a hint or what is wrong. */
import { type ComponentProps, type ReactNode, useId } from 'react';
import { cn } from '../../lib/class-names.ts';

export const control =
  'h-9 w-full rounded-md border bg-surface px-3 text-[13px] text-ink transition-shadow outline-none focus-visible:border-accent focus-visible:ring-2 focus-visible:ring-accent/25 disabled:opacity-60 aria-invalid:border-danger';

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  className?: string;
  isLabelHidden?: boolean;
}

export function TextField({
  label,
  hint,
  error,
  className,
  isLabelHidden,
  ...props
}: FieldProps & Omit<ComponentProps<'input'>, 'className'>) {
  const id = useId();
  const hasNote = error !== undefined || hint !== undefined;
  return (
    <div className={cn('flex min-w-0 flex-col gap-1', className)}>
      <label htmlFor={id} className={cn('text-xs font-medium', isLabelHidden && 'sr-only')}>
        {label}
      </label>
      <input
        id={id}
        className={control}
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={hasNote ? `${id}-note` : undefined}
        {...props}
      />
      {hasNote && (
        <p id={`${id}-note`} className={cn('text-xs', error === undefined ? 'text-muted' : 'text-danger')}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}

export interface Choice<T extends string> {
  value: T;
  label: string;
}

export function SelectField<T extends string>({
  label,
  hint,
  className,
  isLabelHidden,
  value,
  choices,
  onChange,
}: FieldProps & { value: T; choices: readonly Choice<T>[]; onChange: (value: T) => void }) {
  const id = useId();
  return (
    <div className={cn('flex min-w-0 flex-col gap-1', className)}>
      <label htmlFor={id} className={cn('text-xs font-medium', isLabelHidden && 'sr-only')}>
        {label}
      </label>
      <select
        id={id}
        className={cn(control, 'pr-2')}
        value={value}
        onChange={(event) => {
          const chosen = choices.find((choice) => choice.value === event.target.value);
          if (chosen) onChange(chosen.value);
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      {hint !== undefined && <p className="text-xs text-muted">{hint}</p>}
    </div>
  );
}
