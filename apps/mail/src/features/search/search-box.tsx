/** The search box: the words stay in the URL, so that going back finds them again. */
import { Search, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { IconButton } from '../../components/ui/button.tsx';
import { Kbd } from '../../components/ui/kbd.tsx';
import { panel } from '../../components/ui/menu.tsx';
import { cn } from '../../lib/class-names.ts';
import { shellText as text } from '../../lib/i18n/shell.ts';
import { useCommands } from '../../lib/keyboard/index.ts';
import { completions } from './completions.ts';

export interface SearchBoxProps {
  query: string;
  onSearch: (query: string) => void;
}

export function SearchBox({ query, onSearch }: SearchBoxProps) {
  const [typed, setTyped] = useState(query);
  const [isFocused, setIsFocused] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setTyped(query), [query]);
  useCommands({ search: () => input.current?.select() });

  const offers = isFocused ? completions(typed) : [];
  const search = (value: string) => {
    onSearch(value.trim());
    input.current?.blur();
  };
  const choose = (value: string) => {
    setTyped(value);
    setActive(-1);
    input.current?.focus();
  };
  const keyDown = (event: KeyboardEvent) => {
    const offer = offers[active];
    if (event.key === 'Escape') {
      if (typed !== '') {
        setTyped('');
        onSearch('');
      }
      input.current?.blur();
    } else if (event.key === 'ArrowDown' && offers.length > 0) {
      event.preventDefault();
      setActive((active + 1) % offers.length);
    } else if (event.key === 'ArrowUp' && offers.length > 0) {
      event.preventDefault();
      setActive((active - 1 + offers.length) % offers.length);
    } else if (event.key === 'Enter' && offer) {
      event.preventDefault();
      choose(offer.value);
    }
  };
  return (
    <search className="relative min-w-0 flex-1 md:max-w-2xl">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          search(typed);
        }}
        className={cn(
          'flex h-9 items-center gap-2 rounded-lg border bg-surface pr-1 pl-3 transition-shadow',
          isFocused && 'border-accent ring-2 ring-accent/20',
        )}
      >
        <Search className="size-4 shrink-0 text-muted" aria-hidden="true" />
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-expanded={offers.length > 0}
          aria-controls="search-offers"
          aria-activedescendant={active >= 0 ? `search-offer-${active}` : undefined}
          aria-label={text.search}
          data-testid="search-input"
          placeholder={isFocused ? text.searchHint : text.search}
          value={typed}
          maxLength={2000}
          autoComplete="off"
          spellCheck={false}
          className="min-w-0 flex-1 bg-transparent outline-none"
          onChange={(event) => {
            setTyped(event.target.value);
            setActive(-1);
          }}
          onFocus={() => setIsFocused(true)}
          onBlur={() => setIsFocused(false)}
          onKeyDown={keyDown}
        />
        {typed !== '' ? (
          <IconButton
            label={text.clearSearch}
            onClick={() => {
              setTyped('');
              onSearch('');
            }}
          >
            <X />
          </IconButton>
        ) : (
          <span className="mr-1.5 max-md:hidden">{!isFocused && <Kbd keys="/" />}</span>
        )}
      </form>
      {offers.length > 0 && (
        <ul
          id="search-offers"
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the list of a combobox
          role="listbox"
          aria-label={text.searchOperators}
          className={cn(panel, 'absolute inset-x-0 top-full mt-1')}
        >
          {offers.map(({ value, label, hint }, index) => (
            <li
              key={value}
              id={`search-offer-${index}`}
              // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a choice of a combobox
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              className={cn(
                'flex h-8 items-center gap-3 rounded-md px-2 hover:bg-hover',
                index === active && 'bg-hover',
              )}
              onPointerDown={(event) => {
                event.preventDefault();
                choose(value);
              }}
            >
              <code className="rounded bg-hover px-1.5 py-0.5 text-xs">{label}</code>
              <span className="truncate text-xs text-muted">{hint}</span>
            </li>
          ))}
        </ul>
      )}
    </search>
  );
}
