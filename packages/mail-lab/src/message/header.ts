/** Writing header fields: folding (RFC 5322 section 2.2.3), encoded-words (RFC 2047), parameters (RFC 2231). */
import { type Charset, encodeText } from './charset.ts';

/** An address as text (`Ada <ada@lab.test>` or `ada@lab.test`) or in its two halves. */
export type AddressInput = string | { name?: string; email: string };

const WORD_LIMIT = 75;

const NOT_PLAIN = /[^\x20-\x7e]/;

/** Whether the text can stand in a header as it is. */
export function isPlain(text: string): boolean {
  return !NOT_PLAIN.test(text) && !text.includes('=?');
}

/** Encoded-words for the text, none longer than 75 characters, each whole in itself, folded one to a line. */
export function encodeWords(text: string, charset: Charset = 'utf-8'): string {
  const wrap = (bytes: Buffer): string => `=?${charset}?B?${bytes.toString('base64')}?=`;
  const words: string[] = [];
  let current = '';
  for (const character of text) {
    if (current && wrap(encodeText(current + character, charset)).length > WORD_LIMIT) {
      words.push(wrap(encodeText(current, charset)));
      current = '';
    }
    current += character;
  }
  if (current) words.push(wrap(encodeText(current, charset)));
  return words.join('\r\n ');
}

/** Unstructured text, encoded where it must be. */
export function encodeUnstructured(text: string, charset: Charset = 'utf-8'): string {
  return isPlain(text) ? text : encodeWords(text, charset);
}

/** One address as a header shows it. */
export function formatAddress(address: AddressInput, charset: Charset = 'utf-8'): string {
  const { name, email } = typeof address === 'string' ? parseAddress(address) : address;
  if (!name) return email;
  if (!isPlain(name)) return `${encodeWords(name, charset)} <${email}>`;
  const quoted = /^[\w !#$%&'*+/=?^`{|}~-]+$/.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`;
  return `${quoted} <${email}>`;
}

/** Splits `Name <address>`. */
export function parseAddress(text: string): { name?: string; email: string } {
  const match = /^\s*(.*?)\s*<([^<>]*)>\s*$/.exec(text);
  if (!match) return { email: text.trim() };
  const name = (match[1] ?? '').replace(/^"(.*)"$/, '$1').replace(/\\(.)/g, '$1');
  return name ? { name, email: match[2] ?? '' } : { email: match[2] ?? '' };
}

/** A whole field, folded at spaces so that lines stay within 78 characters where they can. */
export function foldField(name: string, value: string): string {
  const lines: string[] = [];
  for (const given of `${name}: ${value}`.split('\r\n')) {
    let line = '';
    for (const piece of given.split(/(?<=\S)(?= )/)) {
      if (line && line.length + piece.length > 78) {
        lines.push(line);
        line = '';
      }
      line += piece;
    }
    lines.push(line);
  }
  return lines.join('\r\n');
}

/** `; name=value`, in RFC 2231's form where the value is not plain. */
export function parameter(name: string, value: string): string {
  if (isPlain(value)) return `; ${name}="${value.replace(/["\\]/g, '\\$&')}"`;
  const encoded = encodeURIComponent(value).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `; ${name}*=UTF-8''${encoded}`;
}

/** The date as RFC 5322 section 3.3 writes it, in UTC. */
export function formatDate(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000');
}
