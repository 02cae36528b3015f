/** How large a message may be: what the submission server's SIZE says (RFC 1870), which counts files as base64. Pure. */
import { MailError } from '../../lib/driver/errors.ts';

/** Above this no server takes a message. */
export const MAX_MESSAGE_OCTETS = 200 * 1024 * 1024;

/** `size` and `limit` in octets, as transmitted. */
export function tooLarge({ size, limit }: { readonly size: number; readonly limit: number }): MailError {
  return new MailError({
    code: 'MESSAGE_TOO_LARGE',
    message: `With its files the message is ${megabytes(size)} on its way, and the server takes ${megabytes(limit)}. Files grow by a third when they are sent by mail.`,
    fix: 'Send fewer or smaller files.',
    retryable: false,
    on: 'smtp',
  });
}

/** One digit behind the point where there are few of them. */
function megabytes(octets: number): string {
  const value = octets / 1_000_000;
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} MB`;
}
