/** Why a list is empty. Each reason has words of its own: taking one for the other would mislead. */
import { Inbox, LoaderCircle, SearchX, Sun, Trash2, Unplug } from 'lucide-react';
import { Button } from '../../components/ui/button.tsx';
import { Empty } from '../../components/ui/empty.tsx';
import { type Connection, failureOf, type SearchScope } from '../../lib/api.ts';
import { inboxText as text } from '../../lib/i18n/inbox.ts';

export type EmptyReason =
  | { type: 'unreachable'; message: string; fix?: string | undefined }
  | { type: 'searching' }
  | { type: 'nothing-matches' }
  | { type: 'syncing'; synced: number; total: number }
  | { type: 'account'; message: string; fix?: string | undefined }
  | { type: 'empty' };

export interface EmptySituation {
  error: unknown;
  q: string;
  scope: SearchScope | null;
  /** The accounts whose mail the list would show. */
  connections: readonly Connection[];
}

export function emptyReason({ error, q, scope, connections }: EmptySituation): EmptyReason {
  if (error !== null && error !== undefined) return { type: 'unreachable', ...failureOf(error) };
  if (q !== '' && scope?.server === 'running') return { type: 'searching' };
  if (q !== '') return { type: 'nothing-matches' };
  const syncing = connections.filter(({ state }) => state === 'syncing');
  if (syncing.length > 0) {
    const sum = (pick: (connection: Connection) => number) => syncing.reduce((total, one) => total + pick(one), 0);
    return {
      type: 'syncing',
      synced: sum(({ progress }) => progress.synced),
      total: sum(({ progress }) => progress.total),
    };
  }
  const broken = connections.find(({ state }) => state === 'needs-attention');
  if (broken?.error && broken.progress.synced === 0) return { type: 'account', ...broken.error };
  return { type: 'empty' };
}

export interface ListEmptyProps extends EmptySituation {
  folder: string;
  folderName: string;
  onRetry: () => void;
  onClearSearch: () => void;
}

export function ListEmpty({ folder, folderName, onRetry, onClearSearch, ...situation }: ListEmptyProps) {
  const reason = emptyReason(situation);
  switch (reason.type) {
    case 'unreachable':
      return (
        <Empty icon={<Unplug />} title={text.unreachable} action={<Button onClick={onRetry}>{text.retry}</Button>}>
          {reason.message} {reason.fix}
        </Empty>
      );
    case 'account':
      return (
        <Empty icon={<Unplug />} title={reason.message}>
          {reason.fix}
        </Empty>
      );
    case 'searching':
      return (
        <Empty icon={<LoaderCircle className="animate-spin" />} title={text.searching}>
          {text.searchingHint}
        </Empty>
      );
    case 'nothing-matches':
      return (
        <Empty
          icon={<SearchX />}
          title={text.nothingMatches}
          action={<Button onClick={onClearSearch}>{text.clearSearch}</Button>}
        >
          {text.nothingMatchesHint(situation.q)}
        </Empty>
      );
    case 'syncing':
      return (
        <Empty icon={<LoaderCircle className="animate-spin" />} title={text.syncing}>
          {text.syncingHint(reason.synced, reason.total)}
        </Empty>
      );
    case 'empty':
      if (folder === 'inbox') {
        return (
          <Empty icon={<Sun />} title={text.inboxZero}>
            {text.inboxZeroHint}
          </Empty>
        );
      }
      if (folder === 'bin') return <Empty icon={<Trash2 />} title={text.emptyBin} />;
      return <Empty icon={<Inbox />} title={folder === 'spam' ? text.emptySpam : text.emptyFolder(folderName)} />;
  }
}
