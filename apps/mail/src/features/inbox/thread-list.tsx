/** The list of conversations: only the rows in sight are on the page, and the next page comes before it is needed. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { Spinner } from '../../components/ui/spinner.tsx';
import type { ThreadSummary } from '../../lib/api.ts';
import { inboxText as text } from '../../lib/i18n/inbox.ts';
import { type RowEvents, ThreadRow } from './thread-row.tsx';

export interface ThreadListProps extends RowEvents {
  threads: ThreadSummary[];
  folder: string;
  folderName: string;
  openId: string | undefined;
  focusId: string | undefined;
  selected: ReadonlySet<string>;
  own: ReadonlySet<string>;
  density: 'comfortable' | 'compact';
  accountOf: (connectionId: string) => { name: string; hue: number } | undefined;
  hasMore: boolean;
  isLoadingMore: boolean;
  onLoadMore: () => void;
}

const WIDE = 700;
const AHEAD = 15;
const HEIGHTS = { narrow: { compact: 54, comfortable: 70 }, wide: { compact: 38, comfortable: 48 } };

function useWidth(element: HTMLElement | null): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

export function ThreadList(props: ThreadListProps) {
  const { threads, focusId, openId, selected, density, hasMore, isLoadingMore, onLoadMore, onOpen, onToggle, onAct } =
    props;
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const isWide = useWidth(scroller) >= WIDE;
  const height = HEIGHTS[isWide ? 'wide' : 'narrow'][density];
  const rows = useVirtualizer({
    count: threads.length,
    getScrollElement: () => scroller,
    estimateSize: () => height,
    overscan: 12,
    getItemKey: (index) => threads[index]?.id ?? index,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew when the height of rows changes
  useEffect(() => rows.measure(), [height]);

  const items = rows.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoadingMore && lastIndex >= threads.length - AHEAD) onLoadMore();
  }, [hasMore, isLoadingMore, lastIndex, threads.length, onLoadMore]);

  const focusIndex = focusId === undefined ? -1 : threads.findIndex(({ id }) => id === focusId);
  const shownFocus = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (focusIndex === -1 || shownFocus.current === focusId) return;
    shownFocus.current = focusId;
    rows.scrollToIndex(focusIndex, { align: 'auto' });
    if (scroller?.contains(document.activeElement))
      document.getElementById(`row-${focusId}`)?.focus({ preventScroll: true });
  }, [focusId, focusIndex, rows, scroller]);

  return (
    <div ref={setScroller} className="min-h-0 flex-1 overflow-y-auto overscroll-contain" data-testid="thread-scroller">
      {/* biome-ignore lint/a11y/useSemanticElements: a virtual list has no table's layout */}
      <div
        role="grid"
        aria-label={text.list(props.folderName)}
        aria-multiselectable="true"
        aria-rowcount={threads.length}
        tabIndex={focusIndex === -1 ? 0 : -1}
        onFocus={(event) => {
          if (event.target === event.currentTarget) document.getElementById(`row-${threads[0]?.id}`)?.focus();
        }}
        className="relative outline-none"
        style={{ height: rows.getTotalSize() }}
        data-testid="thread-list"
      >
        {items.map((item) => {
          const thread = threads[item.index];
          if (!thread) return null;
          return (
            <div
              key={item.key}
              role="presentation"
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <ThreadRow
                thread={thread}
                index={item.index}
                height={height}
                isWide={isWide}
                folder={props.folder}
                own={props.own}
                account={props.accountOf(thread.connectionId)}
                isOpen={thread.id === openId}
                isFocused={thread.id === focusId}
                isSelected={selected.has(thread.id)}
                onOpen={onOpen}
                onToggle={onToggle}
                onAct={onAct}
                onPrefetch={props.onPrefetch}
              />
            </div>
          );
        })}
      </div>
      {isLoadingMore && (
        <div className="flex justify-center p-3">
          <Spinner label={text.loadingMore} />
        </div>
      )}
    </div>
  );
}

/** The shape of a list that is on its way. */
export function ThreadListSkeleton() {
  return (
    <div aria-hidden="true" className="flex-1 overflow-hidden" data-testid="list-skeleton">
      {Array.from({ length: 14 }, (_, index) => index).map((row) => (
        <div key={row} className="flex h-13.5 items-center gap-3 border-b border-line/60 px-4">
          <span className="size-8 animate-pulse rounded-full bg-hover" />
          <span className="flex flex-1 flex-col gap-2">
            <span className="h-2.5 animate-pulse rounded bg-hover" style={{ width: `${28 + ((row * 17) % 30)}%` }} />
            <span className="h-2.5 animate-pulse rounded bg-hover" style={{ width: `${55 + ((row * 23) % 40)}%` }} />
          </span>
        </div>
      ))}
    </div>
  );
}
