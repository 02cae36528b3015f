/** People one may mean, under the field where one types; each can be left out from now on. */
import { X } from 'lucide-react';
import { Avatar } from '../../components/ui/avatar.tsx';
import { panel } from '../../components/ui/menu.tsx';
import type { Address } from '../../lib/api.ts';
import { cn } from '../../lib/class-names.ts';
import { nameOf } from '../../lib/format.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';

export interface SuggestionsProps {
  /** The field's; the list and each choice have theirs by it. */
  id: string;
  suggestions: readonly Address[];
  active: number;
  onPick: (address: Address) => void;
  onHide: (address: Address) => void;
}

export function Suggestions({ id, suggestions, active, onPick, onHide }: SuggestionsProps) {
  return (
    <div className={cn(panel, 'absolute top-full left-10 mt-0.5 w-80 max-w-[calc(100%-3rem)]')}>
      <ul
        id={`${id}-list`}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the list of a combobox
        role="listbox"
        aria-label={text.suggestions}
      >
        {suggestions.map((suggestion, index) => (
          <li
            key={suggestion.email}
            id={`${id}-${index}`}
            // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a choice of a combobox
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className={cn(
              'group flex items-center gap-2.5 rounded-md px-2 py-1.5 hover:bg-hover',
              index === active && 'bg-hover',
            )}
            onPointerDown={(event) => {
              event.preventDefault();
              const isHide = event.target instanceof Element && event.target.closest('[data-hide]') !== null;
              if (isHide) onHide(suggestion);
              else onPick(suggestion);
            }}
          >
            <Avatar address={suggestion} className="size-7" />
            <span className="min-w-0 flex-1">
              <span className="block truncate">{nameOf(suggestion)}</span>
              {suggestion.name && <span className="block truncate text-2xs text-muted">{suggestion.email}</span>}
            </span>
            {/* A choice holds no button; from the keyboard it is Shift+Delete, as the field says. */}
            <span
              data-hide
              aria-hidden
              title={text.hideSuggestion}
              className={cn(
                'rounded-full p-1.5 text-muted hover:text-ink pointer-coarse:visible group-hover:visible',
                index !== active && 'invisible',
              )}
            >
              <X className="size-3.5" />
            </span>
          </li>
        ))}
      </ul>
      <p id={`${id}-keys`} className="sr-only">
        {text.hideSuggestionKeys}
      </p>
    </div>
  );
}
