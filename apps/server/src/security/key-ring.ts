/** The keys that wrap data keys: `CREDENTIALS_KEYS` = `id:base64(32 octets)`, newest first, comma-separated. */
const KEY_BYTES = 32;
const ID = /^[A-Za-z0-9_-]{1,32}$/;

export interface KeyRing {
  /** New secrets are wrapped with this one. */
  readonly newest: { readonly id: string; readonly key: Buffer };
  /** Undefined: not in the ring. Looked up by id, never tried out. */
  get(id: string): Buffer | undefined;
}

/** Throws an error that says what is wrong and never what the key is. */
export function parseKeyRing(text: string): KeyRing {
  const keys = new Map<string, Buffer>();
  for (const [index, entry] of text.split(',').entries()) {
    const separator = entry.indexOf(':');
    const id = entry.slice(0, separator).trim();
    const key = Buffer.from(entry.slice(separator + 1).trim(), 'base64');
    if (separator < 1 || !ID.test(id) || key.length !== KEY_BYTES) {
      throw new Error(`key ${index + 1} of the ring is not of the form id:base64 of ${KEY_BYTES} octets`);
    }
    if (keys.has(id)) throw new Error(`the key id "${id}" occurs twice in the ring`);
    keys.set(id, key);
  }
  const [first] = keys;
  if (!first) throw new Error('the ring has no key');
  return { newest: { id: first[0], key: first[1] }, get: (id) => keys.get(id) };
}
