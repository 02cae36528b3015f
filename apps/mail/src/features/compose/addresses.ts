/**
 * Addresses as people type and paste them: `Ada <ada@example.org>`, lists with commas or semicolons. Pure. What is no
 * address is kept as it is, to be shown in red; only the server decides what can be sent to.
 */
import type { Address } from '../../lib/api.ts';

const EMAIL = /^[^\s@<>(),;:"\\[\]]+@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,}$/u;

export function isAddress(email: string): boolean {
  return email.length <= 320 && EMAIL.test(email);
}

/** Cuts at commas, semicolons and line breaks outside quotes and angle brackets. */
function pieces(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  let isQuoted = false;
  let isInBrackets = false;
  for (const char of text) {
    if (char === '"') isQuoted = !isQuoted;
    if (!isQuoted && char === '<') isInBrackets = true;
    if (!isQuoted && char === '>') isInBrackets = false;
    if (!isQuoted && !isInBrackets && /[,;\r\n\t]/.test(char)) {
      parts.push(part);
      part = '';
    } else part += char;
  }
  return [...parts, part].map((one) => one.trim()).filter((one) => one !== '');
}

function parseOne(text: string): Address[] {
  const match = /^(.*?)\s*<([^<>]*)>$/.exec(text);
  if (match) {
    const name = (match[1] ?? '')
      .replace(/^"(.*)"$/, '$1')
      .replaceAll('\\"', '"')
      .trim();
    const email = (match[2] ?? '').trim();
    return [name === '' ? { email } : { name, email }];
  }
  const words = text.split(/\s+/);
  if (words.length > 1 && words.every(isAddress)) return words.map((email) => ({ email }));
  return [{ email: text.replace(/^mailto:/i, '') }];
}

export function parseAddresses(text: string): Address[] {
  return pieces(text).flatMap(parseOne);
}

/** Adds addresses that are not there yet. */
export function withAddresses(current: readonly Address[], added: readonly Address[]): Address[] {
  const seen = new Set(current.map(({ email }) => email.toLowerCase()));
  return [...current, ...added.filter(({ email }) => !seen.has(email.toLowerCase()) && seen.add(email.toLowerCase()))];
}
