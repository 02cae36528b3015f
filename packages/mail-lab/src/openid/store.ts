/** Where the OpenID provider of the lab keeps what it has given out: in memory, so that a test can take all of it back. */
import type { Adapter, AdapterPayload } from 'oidc-provider';

/** One store for all kinds; `adapter` is what the provider asks it by. */
export class OpenIdStore {
  readonly #kept = new Map<string, AdapterPayload>();

  /** The provider makes one of each kind (`AccessToken`, `Client`, …). */
  adapter = (kind: string): Adapter => {
    const kept = this.#kept;
    const key = (id: string) => `${kind} ${id}`;
    const findBy = async (field: 'uid' | 'userCode', value: string) =>
      [...kept].find(([name, payload]) => name.startsWith(`${kind} `) && payload[field] === value)?.[1];
    return {
      async upsert(id, payload) {
        kept.set(key(id), payload);
      },
      async find(id) {
        return kept.get(key(id));
      },
      findByUid: (uid) => findBy('uid', uid),
      findByUserCode: (code) => findBy('userCode', code),
      async consume(id) {
        const payload = kept.get(key(id));
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      },
      async destroy(id) {
        kept.delete(key(id));
      },
      async revokeByGrantId(grantId) {
        for (const [name, payload] of kept) if (payload.grantId === grantId) kept.delete(name);
      },
    };
  };

  /** Everything of these kinds is void. */
  forget(...kinds: readonly string[]): void {
    for (const name of this.#kept.keys())
      if (kinds.some((kind) => name.startsWith(`${kind} `))) this.#kept.delete(name);
  }
}
