/** How far a search has looked, said honestly. */
import { Spinner } from '../../components/ui/spinner.tsx';
import type { SearchScope } from '../../lib/api.ts';
import { inboxText as text } from '../../lib/i18n/inbox.ts';

export function ScopeLine({ scope }: { scope: SearchScope }) {
  const isWhole = scope.indexed >= scope.total;
  const rest = { running: text.scopeRunning, unavailable: text.scopeUnavailable, done: text.scopeServerDone };
  return (
    <p
      role="status"
      data-testid="search-scope"
      className="flex shrink-0 items-center gap-2 border-b bg-sunken px-4 py-1.5 text-xs text-muted"
    >
      {scope.server === 'running' && <Spinner className="size-3.5" />}
      {isWhole ? text.scopeAll(scope.total) : `${text.scopeDone(scope.indexed, scope.total)}; ${rest[scope.server]}`}
    </p>
  );
}
