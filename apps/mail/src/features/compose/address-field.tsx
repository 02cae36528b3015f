/** Recipients as chips, with suggestions from the mail one has. What is no address is red. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { type Address, trpc } from '../../lib/api.ts';
import { cn } from '../../lib/class-names.ts';
import { formatAddress, nameOf } from '../../lib/format.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';
import { isAddress, parseAddresses, withAddresses } from './addresses.ts';
import { Suggestions } from './suggestions.tsx';
import { useHideSuggestion } from './use-hide-suggestion.ts';

export interface AddressFieldProps {
  label: string;
  addresses: Address[];
  onChange: (addresses: Address[]) => void;
  connectionId: string | undefined;
  isFocusedFirst?: boolean;
  end?: ReactNode;
}

export function AddressField({ label, addresses, onChange, connectionId, isFocusedFirst, end }: AddressFieldProps) {
  const id = useId();
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const [isOpen, setIsOpen] = useState(false);
  const query = typed.trim();
  const hide = useHideSuggestion();
  const { data } = useQuery(
    trpc.contacts.search.queryOptions(
      { q: query, connectionId },
      { enabled: query.length > 0, placeholderData: keepPreviousData, staleTime: 30_000 },
    ),
  );
  const known = new Set(addresses.map(({ email }) => email.toLowerCase()));
  const suggestions =
    query === '' || !isOpen ? [] : (data ?? []).filter(({ email }) => !known.has(email.toLowerCase())).slice(0, 7);

  const add = (added: Address[]) => {
    onChange(withAddresses(addresses, added));
    setTyped('');
    setActive(0);
  };
  const commit = () => {
    if (query !== '') add(parseAddresses(query));
  };
  const keyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const suggestion = suggestions[active];
    if (event.key === 'ArrowDown' && suggestions.length > 0) {
      event.preventDefault();
      setActive((active + 1) % suggestions.length);
    } else if (event.key === 'ArrowUp' && suggestions.length > 0) {
      event.preventDefault();
      setActive((active - 1 + suggestions.length) % suggestions.length);
    } else if (
      (event.key === 'Enter' || event.key === 'Tab') &&
      suggestion &&
      !event.metaKey &&
      !event.ctrlKey &&
      !isAddress(query)
    ) {
      event.preventDefault();
      add([suggestion]);
    } else if (event.key === 'Enter' && !event.metaKey && !event.ctrlKey && query !== '') {
      event.preventDefault();
      commit();
    } else if ([',', ';'].includes(event.key) && query !== '' && !query.includes('"')) {
      event.preventDefault();
      commit();
    } else if (event.key === ' ' && isAddress(query)) {
      event.preventDefault();
      commit();
    } else if (event.key === 'Delete' && event.shiftKey && suggestion) {
      event.preventDefault();
      hide(suggestion);
      setActive(0);
    } else if (event.key === 'Backspace' && typed === '') onChange(addresses.slice(0, -1));
    else if (event.key === 'Escape' && suggestions.length > 0) {
      event.stopPropagation();
      setIsOpen(false);
    }
  };
  return (
    <div className="relative flex items-start gap-2 border-b px-3 py-1">
      <label htmlFor={id} className="w-9 shrink-0 pt-1 text-muted">
        {label}
      </label>
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-1">
        {addresses.map((address) => (
          <AddressChip
            key={address.email}
            address={address}
            onRemove={() => onChange(addresses.filter((one) => one !== address))}
          />
        ))}
        <input
          id={id}
          role="combobox"
          aria-expanded={suggestions.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-describedby={suggestions.length > 0 ? `${id}-keys` : undefined}
          aria-activedescendant={suggestions.length > 0 ? `${id}-${active}` : undefined}
          className="h-7 min-w-24 flex-1 bg-transparent outline-none"
          value={typed}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          // biome-ignore lint/a11y/noAutofocus: a composer that was just opened is where one writes
          autoFocus={isFocusedFirst}
          onChange={(event) => {
            setTyped(event.target.value);
            setActive(0);
            setIsOpen(true);
          }}
          onKeyDown={keyDown}
          onPaste={(event) => {
            const pasted = event.clipboardData.getData('text');
            if (!/[,;@\n]/.test(pasted)) return;
            event.preventDefault();
            add(parseAddresses(typed + pasted));
          }}
          onBlur={({ relatedTarget }) => {
            // Whoever takes something back in between has not finished typing.
            if (relatedTarget?.closest('[data-sonner-toast]')) return;
            commit();
            setIsOpen(false);
          }}
        />
      </div>
      {end}
      {suggestions.length > 0 && (
        <Suggestions id={id} suggestions={suggestions} active={active} onPick={(one) => add([one])} onHide={hide} />
      )}
    </div>
  );
}

function AddressChip({ address, onRemove }: { address: Address; onRemove: () => void }) {
  const isValid = isAddress(address.email);
  return (
    <span
      title={formatAddress(address)}
      data-testid="address-chip"
      data-valid={isValid}
      className={cn(
        'inline-flex h-6 max-w-full items-center gap-1 rounded-full pr-1 pl-2.5 text-xs',
        isValid ? 'bg-hover dark:bg-line' : 'bg-danger-soft text-danger line-through decoration-1',
      )}
    >
      <span className="truncate">{nameOf(address)}</span>
      {!isValid && <span className="sr-only">{text.invalidAddress(address.email)}</span>}
      <button
        type="button"
        aria-label={text.remove(nameOf(address))}
        onClick={onRemove}
        className="rounded-full p-0.5 text-muted hover:text-ink"
      >
        <X className="size-3" />
      </button>
    </span>
  );
}
