/** A folder on the screen: its list, what is open, focused and selected, and everything that can be done with it. */
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type ThreadSummary, trpc } from '../../lib/api.ts';
import { useCommands } from '../../lib/keyboard/index.ts';
import { useSettings } from '../../lib/settings.ts';
import {
  leavesList,
  type Picker,
  type SimpleAction,
  type ThreadAction,
  undoLast,
  useThreadActions,
} from '../actions/index.ts';
import { advance, emptyListState, type ListEvent, type ListState, neighbour, reduceList } from './list-state.ts';
import { type ListSource, type ThreadListData, useThreadList } from './use-thread-list.ts';

export interface MailboxOptions extends ListSource {
  openId: string | undefined;
  onOpen: (threadId: string | undefined) => void;
}

export interface Mailbox extends ThreadListData {
  focusId: string | undefined;
  selected: ReadonlySet<string>;
  picker: Picker | undefined;
  setPicker: (picker: Picker | undefined) => void;
  dispatch: (event: ListEvent) => void;
  /** What an action is about: the selection, else what is open, else what has the focus. */
  targets: ThreadSummary[];
  act: (action: ThreadAction, options?: { isQuiet?: boolean }) => void;
  actOn: (ids: readonly string[], action: SimpleAction) => void;
  open: (id: string) => void;
  prefetch: (id: string) => void;
}

export function useMailbox({ folder, q, account, openId, onOpen }: MailboxOptions): Mailbox {
  const client = useQueryClient();
  const { autoAdvance } = useSettings();
  const list = useThreadList({ folder, q, account });
  const { threads } = list;
  const ids = useMemo(() => threads.map(({ id }) => id), [threads]);
  const [state, setState] = useState<ListState>(emptyListState);
  const [picker, setPicker] = useState<Picker>();
  const runAction = useThreadActions(folder);
  const dispatch = useCallback((event: ListEvent) => setState((current) => reduceList(current, event, ids)), [ids]);

  // Another list: nothing of the old one stays chosen.
  const sourceKey = `${folder} ${q} ${account}`;
  const lastSource = useRef(sourceKey);
  useEffect(() => {
    if (lastSource.current === sourceKey) return;
    lastSource.current = sourceKey;
    setState(emptyListState);
  }, [sourceKey]);

  const focusId = openId ?? state.focusId;
  const selected = useMemo(() => new Set(ids.filter((id) => state.selected.has(id))), [ids, state.selected]);
  const targetIds = useMemo(() => {
    if (selected.size > 0) return [...selected];
    return focusId === undefined ? [] : [focusId];
  }, [selected, focusId]);
  const targets = useMemo(() => threads.filter(({ id }) => targetIds.includes(id)), [threads, targetIds]);

  const open = useCallback(
    (id: string) => {
      setState((current) => ({ ...current, focusId: id }));
      onOpen(id);
    },
    [onOpen],
  );
  const prefetch = useCallback(
    (id: string) => void client.prefetchQuery(trpc.mail.get.queryOptions({ id, folder }, { staleTime: 60_000 })),
    [client, folder],
  );

  const act = useCallback(
    (action: ThreadAction, options?: { isQuiet?: boolean }) => {
      const leaving = new Set(leavesList(action, folder, folder) ? action.ids : []);
      if (openId !== undefined && leaving.has(openId)) {
        const next = advance(ids, leaving, openId, autoAdvance);
        if (next !== undefined) prefetch(next);
        setState((current) => ({ ...current, focusId: next ?? advance(ids, leaving, openId, 'next') }));
        onOpen(next);
      } else if (state.focusId !== undefined && leaving.has(state.focusId)) {
        const next = advance(ids, leaving, state.focusId, 'next');
        setState((current) => ({ ...current, focusId: next }));
      } else if (action.type === 'unread' && openId !== undefined && action.ids.includes(openId)) onOpen(undefined);
      if (selected.size > 0 && leaving.size > 0) setState((current) => reduceList(current, { type: 'clear' }, ids));
      runAction(action, options);
    },
    [autoAdvance, folder, ids, onOpen, openId, prefetch, runAction, selected, state.focusId],
  );
  const actOn = useCallback((on: readonly string[], type: SimpleAction) => act({ type, ids: on }), [act]);

  const hasTargets = targets.length > 0 || openId !== undefined;
  const actionIds = targetIds;
  const when = (condition: boolean, run: () => void) => (condition ? run : undefined);
  const simple = (type: SimpleAction) => when(hasTargets, () => actOn(actionIds, type));
  const step = (by: 1 | -1) => () => {
    const next = neighbour(ids, focusId, by);
    if (next === undefined) return;
    if (openId !== undefined) open(next);
    else dispatch({ type: 'focus', id: next });
    const after = neighbour(ids, next, by);
    if (openId !== undefined && after !== undefined) prefetch(after);
  };
  useCommands({
    next: step(1),
    previous: step(-1),
    open: when(focusId !== undefined && openId === undefined, () => focusId !== undefined && open(focusId)),
    back: when(openId !== undefined || selected.size > 0, () => {
      if (selected.size > 0) dispatch({ type: 'clear' });
      else onOpen(undefined);
    }),
    archive: simple('archive'),
    delete: simple('delete'),
    spam: simple('spam'),
    markRead: simple('read'),
    markUnread: simple('unread'),
    star: when(hasTargets, () => actOn(actionIds, targets.some(({ starred }) => starred) ? 'unstar' : 'star')),
    label: when(hasTargets, () => setPicker('label')),
    move: when(hasTargets, () => setPicker('move')),
    snooze: when(hasTargets, () => setPicker('snooze')),
    select: when(focusId !== undefined, () => focusId !== undefined && dispatch({ type: 'toggle', id: focusId })),
    selectAll: when(ids.length > 0, () => dispatch({ type: 'selectAll' })),
    selectNext: () => dispatch({ type: 'extend', by: 1 }),
    selectPrevious: () => dispatch({ type: 'extend', by: -1 }),
    undo: () => void undoLast(),
  });

  return { ...list, focusId, selected, picker, setPicker, dispatch, targets, act, actOn, open, prefetch };
}
