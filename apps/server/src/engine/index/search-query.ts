/**
 * The search grammar of the contract to a tree. Whatever is typed means something: a lone operator is nothing, a quote that
 * is never closed ends at the end, an unknown `foo:bar` is plain words. Bounded in terms and depth. Pure.
 */
import { searchWords } from './search-words.ts';

export type TextField = 'any' | 'from' | 'to' | 'cc' | 'subject' | 'body' | 'filename';

export type SearchNode =
  | { readonly kind: 'and' | 'or'; readonly nodes: readonly SearchNode[] }
  | { readonly kind: 'not'; readonly node: SearchNode }
  /** Words next to each other, in order; the last one from its start when `prefix`. */
  | { readonly kind: 'text'; readonly field: TextField; readonly words: readonly string[]; readonly prefix: boolean }
  | { readonly kind: 'is'; readonly state: 'unread' | 'read' | 'starred' | 'important' }
  | { readonly kind: 'has'; readonly what: 'attachment' }
  | { readonly kind: 'in' | 'label'; readonly name: string }
  | { readonly kind: 'date'; readonly side: 'before' | 'after'; readonly at: Date }
  | { readonly kind: 'size'; readonly side: 'larger' | 'smaller'; readonly bytes: number }
  | { readonly kind: 'messageId'; readonly id: string };

const MAX_TERMS = 50;
const MAX_DEPTH = 20;
const MAX_QUERY = 2000;
const TOKEN = /\s+|\(|\)|-(?=\S)|([a-z0-9_]+):(?=[^\s)])|"([^"]*)(?:"|$)|[^\s()"]+/giy;
const TEXT_FIELDS: ReadonlySet<string> = new Set(['from', 'to', 'cc', 'subject', 'body', 'filename']);
const DAY_MS = 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = { d: DAY_MS, w: 7 * DAY_MS, m: 30 * DAY_MS, y: 365 * DAY_MS };
const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

type Token =
  | { readonly type: '(' | ')' | '-' }
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'word' | 'phrase'; readonly text: string };

function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  const text = query.slice(0, MAX_QUERY);
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match && tokens.length < 4 * MAX_TERMS; match = TOKEN.exec(text)) {
    const [whole, key, phrase] = match;
    if (whole.trim() === '') continue;
    if (whole === '(' || whole === ')' || whole === '-') tokens.push({ type: whole });
    else if (key !== undefined) tokens.push({ type: 'key', key: key.toLowerCase() });
    else if (phrase !== undefined) tokens.push({ type: 'phrase', text: phrase });
    else tokens.push({ type: 'word', text: whole });
  }
  return tokens;
}

const EVERYTHING: SearchNode = { kind: 'and', nodes: [] };

/** Never throws. An empty `and` is everything. */
export function parseSearchQuery(query: string, now: Date): SearchNode {
  const tokens = tokensOf(query);
  let at = 0;
  let terms = 0;

  function either(depth: number, key: string | null): SearchNode {
    const nodes = [all(depth, key)];
    while (isOr(tokens[at])) {
      at += 1;
      nodes.push(all(depth, key));
    }
    const meant = nodes.filter((node) => node !== EVERYTHING);
    return meant.length === 0
      ? EVERYTHING
      : meant.length === 1
        ? (meant[0] as SearchNode)
        : { kind: 'or', nodes: meant };
  }

  function all(depth: number, key: string | null): SearchNode {
    const nodes: SearchNode[] = [];
    while (at < tokens.length && tokens[at]?.type !== ')' && !isOr(tokens[at])) {
      const node = one(depth, key);
      if (node !== EVERYTHING && terms++ < MAX_TERMS) nodes.push(node);
    }
    return nodes.length === 0 ? EVERYTHING : nodes.length === 1 ? (nodes[0] as SearchNode) : { kind: 'and', nodes };
  }

  function one(depth: number, key: string | null): SearchNode {
    const token = tokens[at];
    at += 1;
    if (!token || token.type === ')') return EVERYTHING;
    if (token.type === '-') {
      if (at >= tokens.length || depth >= MAX_DEPTH) return EVERYTHING;
      const node = one(depth + 1, key);
      return node === EVERYTHING ? EVERYTHING : { kind: 'not', node };
    }
    if (token.type === '(') {
      const node = depth >= MAX_DEPTH ? EVERYTHING : either(depth + 1, key);
      if (tokens[at]?.type === ')') at += 1;
      return node;
    }
    if (token.type === 'key') return depth >= MAX_DEPTH ? EVERYTHING : one(depth + 1, token.key);
    return 'text' in token ? term(key, token.text, token.type === 'phrase', now) : EVERYTHING;
  }

  const nodes: SearchNode[] = [];
  while (at < tokens.length) {
    const node = either(0, null);
    if (node !== EVERYTHING) nodes.push(node);
    // A `)` that closes nothing.
    if (tokens[at]?.type === ')') at += 1;
  }
  return nodes.length === 1 ? (nodes[0] as SearchNode) : nodes.length === 0 ? EVERYTHING : { kind: 'and', nodes };
}

function isOr(token: Token | undefined): boolean {
  return token?.type === 'word' && token.text === 'OR';
}

function text(field: TextField, value: string, isPhrase: boolean): SearchNode {
  const words = searchWords(value);
  return words.length === 0 ? EVERYTHING : { kind: 'text', field, words, prefix: !isPhrase };
}

/** `key:value`; a value that the key cannot mean makes plain words of both. */
function term(key: string | null, value: string, isPhrase: boolean, now: Date): SearchNode {
  if (key === null) return text('any', value, isPhrase);
  if (TEXT_FIELDS.has(key)) return text(key as TextField, value, isPhrase);
  const lower = value.toLowerCase();
  switch (key) {
    case 'is':
      if (lower === 'unread' || lower === 'read' || lower === 'starred' || lower === 'important') {
        return { kind: 'is', state: lower };
      }
      break;
    case 'has':
      if (lower === 'attachment') return { kind: 'has', what: 'attachment' };
      break;
    case 'in':
    case 'label':
      return { kind: key, name: value };
    case 'rfc822msgid':
      return { kind: 'messageId', id: value.replace(/^<|>$/g, '') };
    case 'before':
    case 'after': {
      const day = dayOf(value);
      if (day) return { kind: 'date', side: key, at: day };
      break;
    }
    case 'older_than':
    case 'newer_than': {
      const match = /^(\d{1,5})([dwmy])$/i.exec(value);
      const age = match ? Number(match[1]) * (UNIT_MS[match[2]?.toLowerCase() ?? ''] ?? 0) : 0;
      if (age > 0)
        return { kind: 'date', side: key === 'older_than' ? 'before' : 'after', at: new Date(now.getTime() - age) };
      break;
    }
    case 'larger':
    case 'smaller': {
      const match = /^(\d{1,9})([kmg]?)b?$/i.exec(value);
      if (match)
        return { kind: 'size', side: key, bytes: Number(match[1]) * (UNIT_BYTES[match[2]?.toLowerCase() ?? ''] ?? 1) };
      break;
    }
  }
  return text('any', `${key} ${value}`, isPhrase);
}

/** Midnight UTC of a real day. */
function dayOf(value: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return null;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value) ? day : null;
}
