/**
 * Mail of the server itself, where SYSTEM_SMTP_URL names who takes it: the link to a new password. Goes the way of every
 * submission, the egress guard and required TLS included.
 */
import { randomUUID } from 'node:crypto';
import type { StoredEndpoint } from '@postroom/db';
import type { MessageSource } from '../../engine/mime/index.ts';
import type { SubmissionOutcome, SubmissionRequest } from '../../engine/outbox/submission.ts';
import type { PasswordReset } from './better-auth.ts';

export interface SystemMailServer {
  readonly endpoint: StoredEndpoint;
  readonly password: string;
}

/** `smtps://` is TLS from the beginning, `smtp://` STARTTLS, which must be there. */
export function systemMailServerOf(text: string): SystemMailServer {
  const url = new URL(text);
  const security = url.protocol === 'smtps:' ? 'tls' : 'starttls';
  return {
    endpoint: {
      host: url.hostname,
      port: Number(url.port || (security === 'tls' ? 465 : 587)),
      security,
      username: decodeURIComponent(url.username),
    },
    password: decodeURIComponent(url.password),
  };
}

export interface ResetMailDeps {
  /** The address it comes from. */
  readonly from: string;
  readonly submit: (request: SubmissionRequest) => Promise<SubmissionOutcome>;
  readonly now: () => Date;
  readonly log: (event: string, detail: Readonly<Record<string, unknown>>) => void;
}

/** Never throws: whoever asks is told the same, whether there is such an account or not. */
export function createResetMail({ from, submit, now, log }: ResetMailDeps): (reset: PasswordReset) => Promise<void> {
  return async ({ email, url }) => {
    const message = sourceOf(resetMessage({ from, to: email, url, at: now() }));
    const outcome = await submit({ mailFrom: from, rcptTo: [email], message, onData: async () => undefined });
    if (outcome.kind !== 'accepted')
      log('a link to a new password was not sent', { outcome: outcome.kind, code: outcome.error.code });
  };
}

function resetMessage(message: { from: string; to: string; url: string; at: Date }): string {
  const { from, to, url, at } = message;
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return [
    `From: Postroom <${from}>`,
    `To: <${to}>`,
    'Subject: A new password for Postroom',
    `Date: ${at.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${randomUUID()}@${domain}>`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'Somebody, you most likely, asked for a new password for your Postroom account.',
    'This link is good for an hour, and once:',
    '',
    url,
    '',
    'If it was not you, nothing needs to be done: your password stays as it is.',
    '',
  ].join('\r\n');
}

function sourceOf(text: string): MessageSource {
  const octets = Buffer.from(text, 'utf8');
  return {
    size: octets.length,
    async *octets() {
      yield octets;
    },
  };
}
