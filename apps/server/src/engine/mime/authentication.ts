/**
 * Authentication-Results (RFC 8601): the topmost field, and those of the same authserv-id that follow it before the next
 * Received, where a server writes one field a method. Lower ones can be the sender's own. Whether the authserv-id is to
 * be trusted is for the caller to decide (engine/accounts/authserv.ts).
 */
import type { HeaderBlock } from './headers.ts';

/** One method's result. */
export interface AuthenticationMethod {
  method: string;
  result: string;
  /** `ptype.property` → value, for example `header.from`. */
  properties: Record<string, string>;
}

/** What the topmost field says. */
export interface AuthenticationResults {
  authservId: string;
  methods: AuthenticationMethod[];
  spf?: string;
  dkim?: string;
  dmarc?: string;
}

const MAX_LENGTH = 16_384;
const MAX_FIELDS = 20;

/** Reads the topmost Authentication-Results; undefined when there is none. */
export function parseAuthentication(
  headers: Pick<HeaderBlock, 'fields' | 'getAll'>,
): AuthenticationResults | undefined {
  const [topmost, ...others] = headers.getAll('authentication-results').slice(0, MAX_FIELDS).map(readField);
  if (topmost === undefined) return undefined;
  const { authservId } = topmost;
  const mine = others.slice(0, followers(headers.fields)).filter((other) => other.authservId === authservId);
  const methods = [topmost, ...mine].flatMap((field) => field.methods);
  const resultOf = (name: string) =>
    bestResult(methods.filter(({ method }) => method === name).map(({ result }) => result));
  const spf = resultOf('spf');
  const dkim = resultOf('dkim');
  const dmarc = resultOf('dmarc');
  return {
    authservId,
    methods,
    ...(spf === undefined ? {} : { spf }),
    ...(dkim === undefined ? {} : { dkim }),
    ...(dmarc === undefined ? {} : { dmarc }),
  };
}

/** How many fields follow the topmost one before the next Received. */
function followers(fields: HeaderBlock['fields']): number {
  const first = fields.findIndex(({ key }) => key === 'authentication-results');
  const rest = fields.slice(first + 1);
  const end = rest.findIndex(({ key }) => key === 'received');
  return rest.slice(0, end === -1 ? rest.length : end).filter(({ key }) => key === 'authentication-results').length;
}

function readField(value: string): { authservId: string; methods: AuthenticationMethod[] } {
  const [first = '', ...statements] = splitStatements(withoutComments(value.slice(0, MAX_LENGTH)));
  const name = first.trim().split(/\s+/)[0]?.toLowerCase() ?? '';
  // QUIRK: Microsoft's servers begin with a result, without their name.
  const isNameless = name.includes('=');
  const methods = [...(isNameless ? [first] : []), ...statements].slice(0, 50).flatMap(parseMethod);
  return { authservId: isNameless ? '' : name, methods };
}

/** One good signature is enough; otherwise the first result counts. */
function bestResult(results: string[]): string | undefined {
  return results.includes('pass') ? 'pass' : results[0];
}

function parseMethod(statement: string): AuthenticationMethod[] {
  const [head = '', ...rest] = statement.trim().split(/\s+/);
  const match = /^([a-z0-9-]+)(?:\/\d+)?=([a-z]+)$/i.exec(head);
  if (match === null) return [];
  const properties: Record<string, string> = {};
  for (const token of rest) {
    const property = /^([a-z]+\.[a-z0-9_-]+)="?([^"]*)"?$/i.exec(token);
    if (property !== null) properties[(property[1] ?? '').toLowerCase()] = property[2] ?? '';
  }
  return [{ method: (match[1] ?? '').toLowerCase(), result: (match[2] ?? '').toLowerCase(), properties }];
}

function splitStatements(value: string): string[] {
  return value.replace(/\s+/g, ' ').replace(/ ?= ?/g, '=').split(';');
}

function withoutComments(value: string): string {
  let depth = 0;
  let out = '';
  for (const char of value) {
    if (char === '(') depth += 1;
    else if (char === ')' && depth > 0) depth -= 1;
    else if (depth === 0) out += char;
  }
  return out;
}
