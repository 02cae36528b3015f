/** The list of a folder and, beside it or in its place, the reader. */
import { Mail, MailCheck } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { Empty } from '../../components/ui/empty.tsx';
import { Splitter } from '../../components/ui/splitter.tsx';
import type { Connection, ThreadSummary } from '../../lib/api.ts';
import { hueOf } from '../../lib/format.ts';
import { actionsText } from '../../lib/i18n/actions.ts';
import { inboxText as text } from '../../lib/i18n/inbox.ts';
import { useIsNarrow } from '../../lib/media.ts';
import { useRememberedNumber } from '../../lib/remembered.ts';
import { useSettings } from '../../lib/settings.ts';
import { type Picker, type SimpleAction, type ThreadAction, TimeDialog } from '../actions/index.ts';
import { LabelDialog, MoveDialog } from '../labels/index.ts';
import { ListEmpty } from './list-empty.tsx';
import { ScopeLine } from './scope-line.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { ThreadList, ThreadListSkeleton } from './thread-list.tsx';
import { useMailbox } from './use-mailbox.ts';
import type { ListSource } from './use-thread-list.ts';

export interface ReaderProps {
  threadId: string;
  folder: string;
  summary: ThreadSummary | undefined;
  /** Set where the reader covers the list. */
  onBack: (() => void) | undefined;
  onAct: (action: SimpleAction) => void;
  onChange: (action: ThreadAction, options?: { isQuiet?: boolean }) => void;
  onPick: (picker: Picker) => void;
}

export interface MailboxPageProps extends ListSource {
  openId: string | undefined;
  folderName: string;
  connections: Connection[];
  onOpen: (threadId: string | undefined) => void;
  onClearSearch: () => void;
  renderReader: (props: ReaderProps) => ReactNode;
}

export function MailboxPage(props: MailboxPageProps) {
  const { folder, q, account, openId, folderName, connections, onOpen, renderReader } = props;
  const { layout, density } = useSettings();
  const isNarrow = useIsNarrow();
  const [listWidth, setListWidth] = useRememberedNumber('postroom.list-width', 420);
  const mailbox = useMailbox({ folder, q, account, openId, onOpen });
  const { threads, scope, selected, targets, picker, setPicker, act } = mailbox;
  const isSplit = layout === 'split' && !isNarrow;
  const own = useMemo(() => new Set(connections.map(({ email }) => email.toLowerCase())), [connections]);
  const shownConnections = useMemo(
    () =>
      connections.filter((one) => account === 'all' || (account === undefined ? one.isDefault : one.id === account)),
    [connections, account],
  );
  const accountOf = useMemo(() => {
    const marks = new Map(connections.map(({ id, email }) => [id, { name: email, hue: hueOf(email) }]));
    return (id: string) => (account === 'all' ? marks.get(id) : undefined);
  }, [connections, account]);

  const targetIds = targets.length > 0 ? targets.map(({ id }) => id) : openId === undefined ? [] : [openId];
  const snoozedUntil = targets.length === 1 ? targets[0]?.snoozedUntil : undefined;
  const targetAccount = targets[0]?.connectionId ?? (account === 'all' ? undefined : account);

  const list = (
    <section aria-label={text.list(folderName)} className="flex h-full min-w-0 flex-1 flex-col bg-sunken">
      {selected.size > 0 && <SelectionBar mailbox={mailbox} folder={folder} />}
      {q !== '' && scope && threads.length > 0 && <ScopeLine scope={scope} />}
      {mailbox.isLoading ? (
        <ThreadListSkeleton />
      ) : threads.length === 0 ? (
        <ListEmpty
          error={mailbox.error}
          q={q}
          scope={scope}
          connections={shownConnections}
          folder={folder}
          folderName={folderName}
          onRetry={mailbox.refetch}
          onClearSearch={props.onClearSearch}
        />
      ) : (
        <ThreadList
          threads={threads}
          folder={folder}
          folderName={folderName}
          openId={openId}
          focusId={mailbox.focusId}
          selected={selected}
          own={own}
          density={isNarrow ? 'comfortable' : density}
          accountOf={accountOf}
          hasMore={mailbox.hasMore}
          isLoadingMore={mailbox.isLoadingMore}
          onLoadMore={mailbox.loadMore}
          onOpen={mailbox.open}
          onToggle={(id, isRange) => mailbox.dispatch({ type: isRange ? 'range' : 'toggle', id })}
          onAct={(id, action) => mailbox.actOn([id], action)}
          onPrefetch={mailbox.prefetch}
        />
      )}
    </section>
  );
  const reader =
    openId === undefined
      ? null
      : renderReader({
          threadId: openId,
          folder,
          summary: threads.find(({ id }) => id === openId),
          onBack: isSplit ? undefined : () => onOpen(undefined),
          onAct: (action) => mailbox.actOn([openId], action),
          onChange: act,
          onPick: setPicker,
        });

  return (
    <>
      <div className="flex h-full min-h-0">
        {/* The same places in both layouts: what is being read or written stays when the window changes. */}
        <div
          className={isSplit ? 'h-full shrink-0' : reader ? 'hidden' : 'h-full min-w-0 flex-1'}
          style={isSplit ? { width: `min(${listWidth}px, 60%)` } : undefined}
        >
          {list}
        </div>
        {isSplit && <Splitter label={text.resizeList} value={listWidth} min={300} max={760} onChange={setListWidth} />}
        {(isSplit || reader) && (
          <div className="h-full min-w-0 flex-1 bg-surface">
            {reader ??
              (selected.size > 1 ? (
                <Empty icon={<MailCheck />} title={text.manySelected(selected.size)} />
              ) : (
                <Empty icon={<Mail />} title={text.nothingOpen}>
                  {text.nothingOpenHint}
                </Empty>
              ))}
          </div>
        )}
      </div>
      <MoveDialog
        isOpen={picker === 'move'}
        onOpenChange={(isOpen) => setPicker(isOpen ? 'move' : undefined)}
        connectionId={targetAccount}
        folder={folder}
        onMove={({ id, name }) => act({ type: 'move', ids: targetIds, to: id, toName: name })}
      />
      <LabelDialog
        isOpen={picker === 'label'}
        onOpenChange={(isOpen) => setPicker(isOpen ? 'label' : undefined)}
        connectionId={targetAccount}
        current={targets.map(({ labels }) => labels)}
        onChange={({ add, remove }) => act({ type: 'labels', ids: targetIds, add, remove })}
      />
      <TimeDialog
        isOpen={picker === 'snooze'}
        onOpenChange={(isOpen) => setPicker(isOpen ? 'snooze' : undefined)}
        current={snoozedUntil === undefined ? undefined : new Date(snoozedUntil)}
        clear={{ label: actionsText.unsnooze, onClear: () => act({ type: 'unsnooze', ids: targetIds }) }}
        onPick={(until) => act({ type: 'snooze', ids: targetIds, until })}
      />
    </>
  );
}
