/**
 * Data keys wrapped by HashiCorp Vault's transit engine (or OpenBao's): the key itself never leaves it. The place of a
 * secret goes along as associated data, so that a wrapped key that was moved does not open. Versions of the key are our
 * key ids: `transit-v3`.
 *
 * Leaves out: getting and renewing the token, which is for Vault's agent to do; VAULT_TOKEN_FILE is read at start.
 */
import { z } from 'zod';
import { type KeyWrapper, VaultError } from './vault.ts';

const ID = /^transit-v(\d+)$/;
const TIMEOUT_MS = 10_000;
/** So long the newest version counts as known: a rotation of thousands asks once in a while. */
const NEWEST_MS = 5_000;

export interface TransitOptions {
  /** VAULT_ADDR, like https://vault.lan:8200 */
  readonly address: string;
  readonly token: string;
  readonly mount: string;
  readonly keyName: string;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

/** The key service does not answer, or not as it should: nothing is wrong with the secret. */
export class KeyServiceError extends Error {
  override readonly name = 'KeyServiceError';
}

const wrappedSchema = z.object({ data: z.object({ ciphertext: z.string().regex(/^vault:v\d+:[A-Za-z0-9+/=]+$/) }) });
const openedSchema = z.object({ data: z.object({ plaintext: z.string() }) });
const keySchema = z.object({ data: z.object({ latest_version: z.number().int() }) });

export const isTransitKey = (keyId: string): boolean => ID.test(keyId);

export function transitKeyWrapper(options: TransitOptions): KeyWrapper {
  const { address, token, mount, keyName, now } = options;
  let newest: { id: string; at: number } | undefined;

  async function ask<T>(path: string, body: object | null, schema: z.ZodType<T>): Promise<T> {
    const url = new URL(`/v1/${mount}/${path}/${encodeURIComponent(keyName)}`, address);
    const response = await options
      .fetch(url, {
        method: body === null ? 'GET' : 'POST',
        headers: { 'X-Vault-Token': token, 'Content-Type': 'application/json' },
        ...(body === null ? {} : { body: JSON.stringify(body) }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      .catch((cause: unknown) => {
        throw new KeyServiceError(`Vault does not answer at ${url.origin}`, { cause });
      });
    // Vault's words may repeat what it was asked; they are not passed on.
    if (response.status === 400 && path === 'decrypt') {
      throw new VaultError('this secret does not belong here, or was changed');
    }
    if (!response.ok) throw new KeyServiceError(`Vault answered ${response.status} to ${path} with ${keyName}`);
    const parsed = schema.safeParse(await response.json());
    if (!parsed.success) throw new KeyServiceError(`Vault answered something else than expected to ${path}`);
    return parsed.data;
  }

  return {
    async newestId() {
      if (newest === undefined || now() - newest.at > NEWEST_MS) {
        const { data } = await ask('keys', null, keySchema);
        newest = { id: `transit-v${data.latest_version}`, at: now() };
      }
      return newest.id;
    },
    async wrap(dataKey, aad) {
      const body = { plaintext: dataKey.toString('base64'), associated_data: aad.toString('base64') };
      const { data } = await ask('encrypt', body, wrappedSchema);
      const [, version = '', text = ''] = data.ciphertext.split(':');
      return { keyId: `transit-${version}`, wrapped: Buffer.from(text, 'base64') };
    },
    async unwrap(keyId, wrapped, aad) {
      const version = ID.exec(keyId)?.[1];
      if (version === undefined) throw new VaultError(`"${keyId}" is no key of Vault's`);
      const ciphertext = `vault:v${version}:${wrapped.toString('base64')}`;
      const { data } = await ask('decrypt', { ciphertext, associated_data: aad.toString('base64') }, openedSchema);
      return Buffer.from(data.plaintext, 'base64');
    },
  };
}
