/** Who wraps data keys: Vault where it is named, else the ring; what the ring has wrapped before opens with it still. */
import type { Env } from '../env.ts';
import { parseKeyRing } from './key-ring.ts';
import { type KeyWrapper, localKeyWrapper, VaultError } from './vault.ts';
import { isTransitKey, transitKeyWrapper } from './vault-transit.ts';

type Settings = Pick<
  Env,
  'CREDENTIALS_KEYS' | 'VAULT_ADDR' | 'VAULT_TOKEN' | 'VAULT_TRANSIT_KEY' | 'VAULT_TRANSIT_MOUNT'
>;

export function createKeyWrapper(env: Settings): KeyWrapper {
  const { VAULT_ADDR: address, VAULT_TOKEN: token, VAULT_TRANSIT_KEY: keyName, VAULT_TRANSIT_MOUNT: mount } = env;
  const ring = env.CREDENTIALS_KEYS === undefined ? NO_RING : localKeyWrapper(parseKeyRing(env.CREDENTIALS_KEYS));
  if (address === undefined || token === undefined) return ring;
  const transit = transitKeyWrapper({ address, token, keyName, mount, fetch, now: Date.now });
  return {
    newestId: transit.newestId,
    wrap: transit.wrap,
    unwrap: (keyId, wrapped, aad) => (isTransitKey(keyId) ? transit : ring).unwrap(keyId, wrapped, aad),
  };
}

const noRing = async (): Promise<never> => {
  throw new VaultError('this secret was sealed with CREDENTIALS_KEYS, and there are none');
};
const NO_RING: KeyWrapper = { newestId: noRing, wrap: noRing, unwrap: noRing };
