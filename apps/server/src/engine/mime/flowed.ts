/**
 * format=flowed text (RFC 3676): joining what was wrapped for the way, and wrapping for it. Quote marks stay at the
 * start of each joined line; a signature separator is never joined.
 */

const WRAP_AT = 76;

/** Joins soft-broken lines. `delsp` removes the space that marks the break. */
export function decodeFlowed(text: string, delsp = false): string {
  const out: string[] = [];
  let open: { depth: number; pieces: string[] } | undefined;
  const close = () => {
    if (open !== undefined) out.push(quoted(open.depth, open.pieces.join('')));
    open = undefined;
  };
  for (const line of text.split('\n')) {
    const depth = /^>*/.exec(line)?.[0].length ?? 0;
    const rest = line.slice(depth);
    const content = rest.startsWith(' ') ? rest.slice(1) : rest;
    if (open !== undefined && open.depth !== depth) close();
    const isSignature = content === '-- ';
    const isSoft = content.endsWith(' ') && !isSignature;
    if (isSignature) close();
    open ??= { depth, pieces: [] };
    open.pieces.push(isSoft && delsp ? content.slice(0, -1) : content);
    if (!isSoft) close();
  }
  close();
  return out.join('\n');
}

/**
 * Wraps text as format=flowed without delsp: lines of at most 76 characters where words allow it. A line of marks with a
 * space after them, or of marks alone, is a quote; one that only begins with a mark is not. White space at the end of a
 * line has no meaning here and goes.
 */
export function encodeFlowed(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .flatMap((line) => {
      const quote = /^>+(?= |$)/.exec(line.replace(/[ \t]+$/, ''))?.[0] ?? '';
      const rest = quote === '' ? line : line.slice(quote.length).replace(/^ /, '');
      if (rest === '-- ') return [quote === '' ? rest : `${quote} ${rest}`];
      return wrap(rest.replace(/[ \t]+$/, ''), quote);
    })
    .join('\n');
}

function wrap(line: string, quote: string): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.match(/[^ ]+ *| +/g) ?? []) {
    // A line of "-- " alone would be taken for the mark above a signature.
    if (current !== '' && current !== '-- ' && current.length + word.trimEnd().length > WRAP_AT) {
      lines.push(current);
      current = '';
    }
    current += word;
  }
  lines.push(current);
  return lines.map((piece) => (quote === '' ? stuff(piece) : piece === '' ? quote : `${quote} ${piece}`));
}

/** Space-stuffing: what would be read as a quote, a stuffed space or an mbox separator gets a space before it. */
function stuff(line: string): string {
  return /^(?: |>|From )/.test(line) ? ` ${line}` : line;
}

function quoted(depth: number, content: string): string {
  return depth === 0 ? content : `${'>'.repeat(depth)}${content === '' ? '' : ` ${content}`}`;
}
