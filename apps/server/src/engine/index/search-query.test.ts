import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSearchQuery, type SearchNode, type TextField } from './search-query.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const words = (...list: string[]): SearchNode => ({ kind: 'text', field: 'any', words: list, prefix: true });
const phrase = (...list: string[]): SearchNode => ({ kind: 'text', field: 'any', words: list, prefix: false });
const field = (name: TextField, ...list: string[]): SearchNode => ({
  kind: 'text',
  field: name,
  words: list,
  prefix: true,
});
const and = (...nodes: SearchNode[]): SearchNode => ({ kind: 'and', nodes });
const or = (...nodes: SearchNode[]): SearchNode => ({ kind: 'or', nodes });
const not = (node: SearchNode): SearchNode => ({ kind: 'not', node });

describe('parseSearchQuery', () => {
  it.each<{ query: string; tree: SearchNode }>([
    { query: '', tree: and() },
    { query: 'lunch', tree: words('lunch') },
    { query: 'Café plan', tree: and(words('cafe'), words('plan')) },
    { query: '"lunch plan"', tree: phrase('lunch', 'plan') },
    { query: 'lunch -friday', tree: and(words('lunch'), not(words('friday'))) },
    { query: 'a OR b', tree: or(words('a'), words('b')) },
    { query: 'a b OR c', tree: or(and(words('a'), words('b')), words('c')) },
    { query: 'a (b OR c)', tree: and(words('a'), or(words('b'), words('c'))) },
    { query: 'from:ada', tree: field('from', 'ada') },
    { query: 'from:(ada OR bob)', tree: or(field('from', 'ada'), field('from', 'bob')) },
    { query: '-from:ada', tree: not(field('from', 'ada')) },
    { query: 'from:ada@lab.test', tree: field('from', 'ada', 'lab', 'test') },
    { query: 'is:unread', tree: { kind: 'is', state: 'unread' } },
    { query: 'has:attachment', tree: { kind: 'has', what: 'attachment' } },
    { query: 'in:archive', tree: { kind: 'in', name: 'archive' } },
    { query: 'label:"To Do"', tree: { kind: 'label', name: 'To Do' } },
    { query: 'before:2026-02-01', tree: { kind: 'date', side: 'before', at: new Date('2026-02-01T00:00:00Z') } },
    { query: 'before:2026-02-31', tree: words('before', '2026', '02', '31') },
    { query: 'newer_than:7d', tree: { kind: 'date', side: 'after', at: new Date('2026-11-15T12:00:00Z') } },
    { query: 'larger:5M', tree: { kind: 'size', side: 'larger', bytes: 5 * 1024 * 1024 } },
    { query: 'rfc822msgid:<a@lab.test>', tree: { kind: 'messageId', id: 'a@lab.test' } },
    { query: 'foo:bar', tree: words('foo', 'bar') },
    { query: '会議', tree: words('会議') },
    { query: '"never closed', tree: phrase('never', 'closed') },
    { query: 'OR', tree: and() },
    { query: '- ) ( OR -', tree: and() },
    { query: 'a )b', tree: and(words('a'), words('b')) },
  ])('$query', ({ query, tree }) => {
    expect(parseSearchQuery(query, NOW)).toEqual(tree);
  });

  it('makes something bounded of anything', { timeout: 600_000 }, () => {
    const piece = fc.oneof(
      fc.constantFrom('(', ')', '-', '"', ' OR ', 'from:', 'is:', 'after:', 'larger:', ' ', '\0', '{5+}\r\n'),
      fc.string({ unit: 'binary' }),
    );
    const sizeOf = (node: SearchNode): { terms: number; depth: number } => {
      const inner = 'nodes' in node ? node.nodes : 'node' in node ? [node.node] : [];
      const sizes = inner.map(sizeOf);
      return {
        terms: sizes.reduce((sum, { terms }) => sum + terms, inner.length === 0 ? 1 : 0),
        depth: Math.max(0, ...sizes.map(({ depth }) => depth)) + 1,
      };
    };
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 300 }), (pieces) => {
        const { terms, depth } = sizeOf(parseSearchQuery(pieces.join(''), NOW));
        expect(terms).toBeLessThanOrEqual(100);
        expect(depth).toBeLessThanOrEqual(50);
      }),
      process.env.SOAK === '1' ? { numRuns: 100_000 } : { numRuns: 2000, seed: 1 },
    );
  });
});
