/** The search grammar's operators, offered while one types. Pure. */
export interface Completion {
  /** The whole query with the operator in it. */
  value: string;
  label: string;
  hint: string;
}

const OPERATORS: readonly { operator: string; hint: string }[] = [
  { operator: 'from:', hint: 'who wrote it' },
  { operator: 'to:', hint: 'who it went to' },
  { operator: 'subject:', hint: 'words of the subject' },
  { operator: 'has:attachment', hint: 'with files' },
  { operator: 'is:unread', hint: 'not read yet' },
  { operator: 'is:starred', hint: 'with a star' },
  { operator: 'in:', hint: 'a folder: inbox, sent, archive, all …' },
  { operator: 'label:', hint: 'a label' },
  { operator: 'newer_than:', hint: '7d, 2w, 3m or 1y' },
  { operator: 'older_than:', hint: '7d, 2w, 3m or 1y' },
  { operator: 'after:', hint: 'a date, as 2026-01-31' },
  { operator: 'before:', hint: 'a date, as 2026-01-31' },
  { operator: 'larger:', hint: 'a size, as 5M' },
  { operator: 'filename:', hint: 'the name of a file' },
  { operator: 'body:', hint: 'words of the text' },
  { operator: 'cc:', hint: 'who got a copy' },
  { operator: 'is:read', hint: 'read already' },
  { operator: 'smaller:', hint: 'a size, as 100K' },
];
const MAX = 8;
const FIRST = 7;

/** Operators that begin with the last word; the usual ones for an empty box. */
export function completions(query: string): Completion[] {
  const start = query.search(/\S*$/);
  const word = query.slice(start).toLowerCase();
  const before = query.slice(0, start);
  if (query !== '' && word === '') return [];
  const matching =
    word === '' ? OPERATORS.slice(0, FIRST) : OPERATORS.filter(({ operator }) => operator.startsWith(word));
  return matching
    .filter(({ operator }) => operator !== word)
    .slice(0, MAX)
    .map(({ operator, hint }) => ({
      value: `${before}${operator}${operator.endsWith(':') ? '' : ' '}`,
      label: operator,
      hint,
    }));
}
