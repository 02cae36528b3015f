/**
 * `fetch` for talking to identity providers: every connection goes through the egress guard, to the address that was
 * checked; no redirect is followed; an answer has a largest size. In clear text only to hosts in a private network,
 * which the guard lets through only where the operator has allowed them, as it is for mail servers.
 */
import { getCACertificates } from 'node:tls';
import { Agent, buildConnector, request } from 'undici';
import { MailError } from '../lib/driver/errors.ts';
import { dialChecked } from './dial-checked.ts';
import { classify, type Egress } from './egress.ts';

const MAX_BYTES = 1024 * 1024;

export interface GuardedFetch {
  /** As the global one; throws HOST_NOT_FOUND, HOST_NOT_ALLOWED, TLS_REQUIRED, MESSAGE_TOO_LARGE, or what undici throws. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

export interface GuardedFetchDeps {
  readonly egress: Egress;
  /** PEM text of further authorities (MAIL_TLS_CA_FILE), or null. */
  readonly extraCa: string | null;
}

export function createGuardedFetch({ egress, extraCa }: GuardedFetchDeps): GuardedFetch {
  const dispatcher = new Agent({
    connect: guardedConnector(egress, extraCa),
    connections: 4,
    maxHeaderSize: 16 * 1024,
  });
  return {
    async fetch(url, { method = 'GET', headers, body, signal }) {
      const answer = await request(url, {
        dispatcher,
        method: method === 'POST' ? 'POST' : 'GET',
        headers: { ...Object.fromEntries(new Headers(headers)), 'user-agent': 'Postroom' },
        body: body === undefined || body === null ? null : String(body),
        signal: signal ?? null,
      });
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > MAX_BYTES) throw tooLarge(url);
        chunks.push(chunk);
      }
      const type = answer.headers['content-type'];
      return new Response([204, 205, 304].includes(answer.statusCode) ? null : Buffer.concat(chunks), {
        status: answer.statusCode,
        headers: typeof type === 'string' ? { 'content-type': type } : {},
      });
    },
    close: () => dispatcher.close(),
  };
}

function guardedConnector(egress: Egress, extraCa: string | null): buildConnector.connector {
  const ca = extraCa === null ? {} : { ca: [...getCACertificates('default'), extraCa] };
  return (options, callback) => {
    egress.resolve(options.hostname).then(
      (checked) => {
        const addresses = [checked.address, ...checked.alternatives];
        const isClear = options.protocol !== 'https:';
        if (isClear && !addresses.every((one) => classify(one) === 'private')) {
          callback(notEncrypted(options.hostname), null);
          return;
        }
        buildConnector({ timeout: 5000, allowH2: false, ...ca, ...dialChecked(checked) })(options, callback);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

function notEncrypted(host: string): MailError {
  return new MailError({
    code: 'TLS_REQUIRED',
    message: `${host} is asked for tokens over https:// only.`,
    fix: 'Whoever runs this server can correct the address of the identity provider.',
  });
}

function tooLarge(url: string): MailError {
  return new MailError({
    code: 'MESSAGE_TOO_LARGE',
    message: `What ${new URL(url).hostname} sends is too large.`,
    retryable: false,
  });
}
