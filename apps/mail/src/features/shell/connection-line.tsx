/** How the account stands, when there is something to say: what is being fetched, or what is wrong and what to do. */
import { CircleAlert, CirclePause, CloudOff, LogIn } from 'lucide-react';
import { Spinner } from '../../components/ui/spinner.tsx';
import { type Connection, signedOut } from '../../lib/api.ts';
import { cn } from '../../lib/class-names.ts';
import { useStore } from '../../lib/external-store.ts';
import { accountsText as text } from '../../lib/i18n/accounts.ts';
import { shellText } from '../../lib/i18n/shell.ts';
import { liveState } from '../../lib/live-updates.ts';

export interface ConnectionLineProps {
  connections: readonly Connection[];
  onFix: (connectionId: string) => void;
  /** Nothing is said of what goes as it should. */
  isProblemOnly?: boolean;
}

const line = 'flex w-full items-start gap-2 rounded-md px-2 py-1.5 text-left text-xs';

export function ConnectionLine({ connections, onFix, isProblemOnly = false }: ConnectionLineProps) {
  const live = useStore(liveState);
  const isSignedOut = useStore(signedOut);
  if (isSignedOut) {
    return (
      <button
        type="button"
        className={cn(line, 'bg-warn-soft text-warn hover:brightness-95')}
        // A whole load: what is not saved yet is asked about.
        onClick={() => window.location.assign('/sign-in')}
      >
        <LogIn className="mt-px size-3.5 shrink-0" aria-hidden="true" />
        <span>
          {shellText.signedOut} <span className="font-medium underline">{shellText.signInAgain}</span>
        </span>
      </button>
    );
  }
  if (live === 'error') {
    return (
      <p role="status" className={cn(line, 'bg-warn-soft text-warn')}>
        <CloudOff className="mt-px size-3.5 shrink-0" aria-hidden="true" />
        {shellText.lost}
      </p>
    );
  }
  const broken = connections.find(({ state, error }) => state === 'needs-attention' || (state === 'degraded' && error));
  if (broken) {
    return (
      <button
        type="button"
        data-testid="connection-problem"
        className={cn(line, 'bg-danger-soft text-danger hover:brightness-95')}
        onClick={() => onFix(broken.id)}
      >
        <CircleAlert className="mt-px size-3.5 shrink-0" aria-hidden="true" />
        <span>
          <span className="block font-medium">{broken.error?.message ?? text.stateNames[broken.state]}</span>
          {broken.error?.fix && <span className="block text-ink/80">{broken.error.fix}</span>}
        </span>
      </button>
    );
  }
  if (isProblemOnly) return null;
  const paused = connections.find(({ state }) => state === 'paused');
  if (paused && connections.length === 1) {
    return (
      <button type="button" className={cn(line, 'bg-hover text-muted')} onClick={() => onFix(paused.id)}>
        <CirclePause className="mt-px size-3.5 shrink-0" aria-hidden="true" />
        {text.stateNames.paused}
      </button>
    );
  }
  const syncing = connections.filter(({ state }) => state === 'syncing');
  if (syncing.length === 0) return null;
  const synced = syncing.reduce((sum, { progress }) => sum + progress.synced, 0);
  const total = syncing.reduce((sum, { progress }) => sum + progress.total, 0);
  return (
    <div role="status" data-testid="sync-progress" className="px-2 py-1.5 text-xs text-muted">
      <span className="flex items-center gap-2 tabular-nums">
        <Spinner className="size-3.5" label={text.stateNames.syncing} />
        {total > 0 ? text.syncing(synced, total) : text.syncStarting}
      </span>
      {total > 0 && (
        <span className="mt-1.5 block h-1 overflow-hidden rounded-full bg-line" aria-hidden="true">
          <span
            className="block h-full rounded-full bg-accent transition-[width] duration-500"
            style={{ width: `${Math.min(100, (synced / total) * 100)}%` }}
          />
        </span>
      )}
    </div>
  );
}
