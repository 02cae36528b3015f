/**
 * An end to elements in one another. Parsers take the square of their number, browsers stop at 512 of them, and no letter
 * has as many: what comes behind is cut off before anything parses it. A count by the tags alone, in one pass; what it
 * takes for a tag in a comment or a value makes it wrong only where somebody means it to be, and limits of time are behind it.
 */

/** Open at once. */
const MAX_DEPTH = 2000;
const TAG = /<(\/?)([a-z][a-z0-9]*)/gi;
const VOID = /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p)$/;
/** What the next one of its kind closes without saying so (HTML, optional tags). `p` is left out above. */
const CLOSED_BY: Readonly<Record<string, RegExp>> = {
  li: /^li$/,
  dt: /^d[td]$/,
  dd: /^d[td]$/,
  option: /^option$/,
  td: /^t[dh]$/,
  th: /^t[dh]$/,
  tr: /^t[dhr]$/,
  tbody: /^t(?:[dhr]|body|head|foot)$/,
  thead: /^t(?:[dhr]|body|head|foot)$/,
  tfoot: /^t(?:[dhr]|body|head|foot)$/,
};

/** How much of the markup can be parsed in good time: its length, or where it is too deep. */
export function endOfShallow(html: string): number {
  const open: string[] = [];
  const count = new Map<string, number>();
  const close = (): string => {
    const name = open.pop() ?? '';
    count.set(name, (count.get(name) ?? 1) - 1);
    return name;
  };
  for (const { 1: slash, 2: written = '', index } of html.matchAll(TAG)) {
    const name = written.toLowerCase();
    if (VOID.test(name)) continue;
    if (slash) {
      if (count.get(name)) while (close() !== name);
      continue;
    }
    const closed = CLOSED_BY[name];
    while (closed?.test(open.at(-1) ?? '')) close();
    if (open.length === MAX_DEPTH) return index;
    open.push(name);
    count.set(name, (count.get(name) ?? 0) + 1);
  }
  return html.length;
}

/** The markup without what is too deep. */
export const withoutDepths = (html: string): string => html.slice(0, endOfShallow(html));
