/**
 * The HTTPS client for addresses that users and strangers choose (autoconfiguration, pictures in mail). Every host,
 * that of a redirect too, goes through the egress guard, and the connection is made to the address that was checked,
 * with the name as TLS server name: a second look-up cannot lead elsewhere. HTTPS only, GET only, port 443 only, no
 * cookies, no Referer, no credentials, no compression; size and time are limited. What comes back is not interpreted.
 *
 * Throws HOST_NOT_FOUND, HOST_NOT_ALLOWED, INVALID_INPUT, CONNECTION_REFUSED, CERTIFICATE_INVALID, TIMEOUT,
 * MESSAGE_TOO_LARGE, SERVER_UNAVAILABLE. HTTP errors are answers, not exceptions.
 */
import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import { type ErrorCode, MailError } from '../lib/driver/errors.ts';
import { dialChecked } from './dial-checked.ts';
import type { Egress } from './egress.ts';

const MAX_REDIRECTS = 3;
const TIMEOUT_MS = 10_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export interface HttpsRequest {
  /** The largest body taken. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
  /** For everything together, redirects included. */
  readonly timeoutMs?: number;
  /** The Accept header; anything by default. */
  readonly accept?: string;
}

export interface HttpsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface HttpsClient {
  get(url: string, options: HttpsRequest): Promise<HttpsAnswer>;
  /** Ends the connections that are kept for the next request. */
  close(): Promise<void>;
}

export interface HttpsClientDeps {
  readonly egress: Egress;
  /** PEM of authorities to trust instead of the system's. */
  readonly ca?: string;
  /** Ports that may be asked. */
  readonly ports?: readonly number[];
}

export function createHttpsClient({ egress, ca, ports = [443] }: HttpsClientDeps): HttpsClient {
  const dispatcher = new Agent({ connect: checkedConnector(egress, ca), connections: 4, maxHeaderSize: 16 * 1024 });

  async function follow(start: string, options: HttpsRequest, signal: AbortSignal): Promise<HttpsAnswer> {
    let url = allowedUrl(start, ports);
    for (let redirects = 0; ; redirects += 1) {
      const answer = await ask(url, options, signal);
      const target = REDIRECTS.has(answer.statusCode) ? answer.headers.location : undefined;
      if (typeof target !== 'string') {
        const body = await readBody(answer.body, url, options.maxBytes);
        return { status: answer.statusCode, headers: answer.headers, body };
      }
      await discard(answer.body);
      if (redirects === MAX_REDIRECTS) throw tooManyRedirects(url);
      url = allowedUrl(target, ports, url);
    }
  }

  function ask(url: URL, options: HttpsRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    return request(url, {
      dispatcher,
      signal,
      headers: { 'user-agent': 'Postroom', accept: options.accept ?? '*/*', 'accept-encoding': 'identity' },
    });
  }

  return {
    async get(url, options) {
      const limit = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
      const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
      try {
        return await follow(url, options, signal);
      } catch (error) {
        throw asMailError(error, url, signal);
      }
    },
    close: () => dispatcher.close(),
  };
}

/** Resolves by the guard, once a connection, and connects to what was checked. */
function checkedConnector(egress: Egress, ca: string | undefined): buildConnector.connector {
  const settings = { timeout: 5000, allowH2: false, ...(ca === undefined ? {} : { ca }) };
  return (options, callback) => {
    egress.resolve(options.hostname).then(
      (checked) => buildConnector({ ...settings, ...dialChecked(checked) })(options, callback),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

function allowedUrl(text: string, ports: readonly number[], base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (!url) {
    throw new MailError({ code: 'INVALID_INPUT', message: 'This is not a web address.', retryable: false });
  }
  if (url.protocol !== 'https:') throw notAllowed(url, 'only https:// addresses are fetched');
  if (url.username !== '' || url.password !== '') throw notAllowed(url, 'the address contains a password');
  if (!ports.includes(Number(url.port || 443))) throw notAllowed(url, `port ${url.port} is not one of the web`);
  return url;
}

async function readBody(body: Dispatcher.ResponseData['body'], url: URL, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop by an error ends the connection.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new MailError({
        code: 'MESSAGE_TOO_LARGE',
        message: `What ${url.hostname} sends is too large: more than ${maxBytes} bytes.`,
        retryable: false,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** Reads the short body of a redirect so that the connection stays of use; drops the connection of a long one. */
async function discard(body: Dispatcher.ResponseData['body']): Promise<void> {
  await body.dump({ limit: 16 * 1024 });
}

function notAllowed(url: URL, because: string): MailError {
  return new MailError({ code: 'HOST_NOT_ALLOWED', message: `${url.hostname} is not asked: ${because}.` });
}

function tooManyRedirects(url: URL): MailError {
  return new MailError({
    code: 'SERVER_UNAVAILABLE',
    message: `${url.hostname} redirects again and again.`,
    retryable: false,
  });
}

const CERTIFICATE =
  /^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY|GET)_|ERR_TLS_CERT_ALTNAME_INVALID)/;

function asMailError(error: unknown, url: string, signal: AbortSignal): MailError {
  if (error instanceof MailError) return error;
  const host = URL.parse(url)?.hostname ?? 'The server';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = (mailCode: ErrorCode, message: string) => new MailError({ code: mailCode, message, cause: error });
  if (signal.aborted || /TIMEOUT|ETIMEDOUT/.test(code)) return known('TIMEOUT', `${host} did not answer in time.`);
  if (code === 'ECONNREFUSED') return known('CONNECTION_REFUSED', `${host} does not answer.`);
  if (CERTIFICATE.test(code)) return known('CERTIFICATE_INVALID', `The certificate of ${host} is not valid.`);
  return known('SERVER_UNAVAILABLE', `The connection to ${host} broke off.`);
}
