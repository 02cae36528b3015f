/**
 * Another Date (RFC 5322 §3.6.1) in a message that was frozen and is not sent yet. Dates that we write are all of one length
 * (build.ts), so that nothing behind it moves, and no file of it.
 */
import type { FrozenMessage } from './frozen.ts';

export function headerDate(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000');
}

/** The message as if it had been written then. One without a Date of ours stays as it is. */
export function redated(frozen: FrozenMessage, date: Date): FrozenMessage {
  const text = headerDate(date);
  const end = frozen.octets.indexOf('\r\n\r\n');
  const header = frozen.octets.subarray(0, end === -1 ? undefined : end).toString('latin1');
  const found = /(?:^|\r\n)Date: /.exec(header);
  const at = found ? found.index + found[0].length : -1;
  if (at === -1 || header.slice(at, at + text.length + 2).trimEnd().length !== text.length) return frozen;
  const octets = Buffer.from(frozen.octets);
  octets.write(text, at, 'latin1');
  return { ...frozen, octets };
}
