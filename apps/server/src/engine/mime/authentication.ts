/**
 * Authentication-Results (RFC 8601), the topmost field only: lower ones can be the sender's own. Whether its
 * authserv-id is to be trusted is for the caller to decide.
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

/** Reads the topmost Authentication-Results field; undefined when there is none. */
export function parseAuthentication(headers: Pick<HeaderBlock, 'get'>): AuthenticationResults | undefined {
  const value = headers.get('authentication-results')?.slice(0, MAX_LENGTH);
  if (value === undefined) return undefined;
  const [first = '', ...statements] = splitStatements(withoutComments(value));
  const authservId = first.trim().split(/\s+/)[0]?.toLowerCase() ?? '';
  const methods = statements.slice(0, 50).flatMap(parseMethod);
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
