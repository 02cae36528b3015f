/**
 * The vault: secrets at rest as AES-256-GCM envelopes. Each value has a data key of its own, wrapped by a key of the ring;
 * both layers are bound (AAD) to the row, its user and its column, so that an envelope moved elsewhere does not open.
 *
 *     v1.<keyId>.<wrapped data key>.<iv>.<ciphertext and tag>        (base64url)
 *
 * What is malformed, cut, foreign or clear text is an error and is never passed through.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { ConnectionId, IdentityId, UserId } from '@postroom/db';
import type { KeyRing } from './key-ring.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What an envelope is bound to. */
export interface SecretScope {
  readonly connectionId: ConnectionId;
  readonly userId: UserId;
  /** Of a secret that an identity of the connection has. */
  readonly identityId?: IdentityId;
  readonly column: string;
}

/** Says that an envelope does not open, and nothing of what is in it. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
}

export interface Vault {
  seal(plain: string, scope: SecretScope): Promise<string>;
  /** Throws VaultError. */
  open(envelope: string, scope: SecretScope): Promise<string>;
  /** The same secret under the newest key; null when it is already. The value itself is not decrypted. */
  rewrap(envelope: string, scope: SecretScope): Promise<string | null>;
}

/** Wraps data keys: the local ring, or a key service (vault-transit.ts). */
export interface KeyWrapper {
  /** The key that new data keys are wrapped with. */
  newestId(): Promise<string>;
  wrap(dataKey: Buffer, aad: Buffer): Promise<{ keyId: string; wrapped: Buffer }>;
  unwrap(keyId: string, wrapped: Buffer, aad: Buffer): Promise<Buffer>;
}

function encrypt(key: Buffer, plain: Buffer, aad: Buffer): { iv: Buffer; sealed: Buffer } {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(aad);
  return { iv, sealed: Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]) };
}

function decrypt(key: Buffer, iv: Buffer, sealed: Buffer, aad: Buffer): Buffer {
  if (iv.length !== IV_BYTES || sealed.length < TAG_BYTES) throw new VaultError('this secret is cut or malformed');
  const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(aad);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new VaultError('this secret does not belong here, or was changed', { cause });
  }
}

export function localKeyWrapper(ring: KeyRing): KeyWrapper {
  return {
    newestId: async () => ring.newest.id,
    async wrap(dataKey, aad) {
      const { iv, sealed } = encrypt(ring.newest.key, dataKey, aad);
      return { keyId: ring.newest.id, wrapped: Buffer.concat([iv, sealed]) };
    },
    async unwrap(keyId, wrapped, aad) {
      const key = ring.get(keyId);
      if (!key) throw new VaultError(`the key "${keyId}" is not in CREDENTIALS_KEYS`);
      return decrypt(key, wrapped.subarray(0, IV_BYTES), wrapped.subarray(IV_BYTES), aad);
    },
  };
}

interface Envelope {
  readonly keyId: string;
  readonly wrapped: Buffer;
  readonly iv: Buffer;
  readonly sealed: Buffer;
}

const ENVELOPE = /^v1\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;

function readEnvelope(text: string): Envelope {
  const [, keyId, wrapped, iv, sealed] = ENVELOPE.exec(text) ?? [];
  if (!keyId || !wrapped || !iv || !sealed) throw new VaultError('this is no envelope of the vault');
  const bytes = (part: string) => Buffer.from(part, 'base64url');
  return { keyId, wrapped: bytes(wrapped), iv: bytes(iv), sealed: bytes(sealed) };
}

function writeEnvelope({ keyId, wrapped, iv, sealed }: Envelope): string {
  return ['v1', keyId, ...[wrapped, iv, sealed].map((part) => part.toString('base64url'))].join('.');
}

function aadOf({ connectionId, userId, identityId, column }: SecretScope): Buffer {
  const row = identityId === undefined ? `connection|${connectionId}` : `identity|${connectionId}-${identityId}`;
  return Buffer.from(`${row}|${userId}|${column}`);
}

export function createVault(keys: KeyWrapper): Vault {
  return {
    async seal(plain, scope) {
      const aad = aadOf(scope);
      const dataKey = randomBytes(32);
      const { keyId, wrapped } = await keys.wrap(dataKey, aad);
      return writeEnvelope({ keyId, wrapped, ...encrypt(dataKey, Buffer.from(plain, 'utf8'), aad) });
    },
    async open(text, scope) {
      const { keyId, wrapped, iv, sealed } = readEnvelope(text);
      const aad = aadOf(scope);
      return decrypt(await keys.unwrap(keyId, wrapped, aad), iv, sealed, aad).toString('utf8');
    },
    async rewrap(text, scope) {
      const envelope = readEnvelope(text);
      if (envelope.keyId === (await keys.newestId())) return null;
      const aad = aadOf(scope);
      const dataKey = await keys.unwrap(envelope.keyId, envelope.wrapped, aad);
      return writeEnvelope({ ...envelope, ...(await keys.wrap(dataKey, aad)) });
    },
  };
}
