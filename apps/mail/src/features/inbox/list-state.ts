/** Selection and position in a list of ids. Pure; the list itself is the query cache's. */
export interface ListState {
  readonly focusId: string | undefined;
  /** Where a range selection began. */
  readonly anchorId: string | undefined;
  readonly selected: ReadonlySet<string>;
}

export type ListEvent =
  | { type: 'focus'; id: string | undefined }
  | { type: 'step'; by: 1 | -1 }
  | { type: 'toggle'; id: string }
  | { type: 'range'; id: string }
  | { type: 'extend'; by: 1 | -1 }
  | { type: 'selectAll' }
  | { type: 'clear' };

export const emptyListState: ListState = { focusId: undefined, anchorId: undefined, selected: new Set() };

export function neighbour(ids: readonly string[], id: string | undefined, by: 1 | -1): string | undefined {
  const index = id === undefined ? -1 : ids.indexOf(id);
  if (index === -1) return by === 1 ? ids[0] : undefined;
  return ids[index + by];
}

export function reduceList(state: ListState, event: ListEvent, ids: readonly string[]): ListState {
  switch (event.type) {
    case 'focus':
      return { ...state, focusId: event.id };
    case 'step': {
      const next = neighbour(ids, state.focusId, event.by);
      return next === undefined ? state : { ...state, focusId: next };
    }
    case 'toggle': {
      const selected = new Set(state.selected);
      if (!selected.delete(event.id)) selected.add(event.id);
      return { focusId: event.id, anchorId: event.id, selected };
    }
    case 'range': {
      const from = ids.indexOf(state.anchorId ?? state.focusId ?? event.id);
      const to = ids.indexOf(event.id);
      if (from === -1 || to === -1) return reduceList(state, { type: 'toggle', id: event.id }, ids);
      const selected = new Set([...state.selected, ...ids.slice(Math.min(from, to), Math.max(from, to) + 1)]);
      return { focusId: event.id, anchorId: ids[from], selected };
    }
    case 'extend': {
      const current = state.focusId ?? ids[0];
      if (current === undefined) return state;
      const next = neighbour(ids, current, event.by) ?? current;
      const selected = new Set(state.selected);
      const isShrinking = selected.has(current) && selected.has(next) && current !== next;
      if (isShrinking) selected.delete(current);
      else selected.add(current).add(next);
      return { focusId: next, anchorId: state.anchorId ?? current, selected };
    }
    case 'selectAll':
      return { ...state, selected: new Set(ids) };
    case 'clear':
      return { ...state, anchorId: undefined, selected: new Set() };
  }
}

export type AutoAdvance = 'next' | 'previous' | 'list';

/** What to open when conversations leave the list: the nearest that stays, or nothing. */
export function advance(
  ids: readonly string[],
  leaving: ReadonlySet<string>,
  openId: string,
  to: AutoAdvance,
): string | undefined {
  if (to === 'list') return undefined;
  const index = ids.indexOf(openId);
  const after = ids.slice(index + 1).find((id) => !leaving.has(id));
  const before = ids.slice(0, Math.max(0, index)).findLast((id) => !leaving.has(id));
  return to === 'next' ? (after ?? before) : (before ?? after);
}
