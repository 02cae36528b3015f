import type { ConnectionId, UserId } from '@postroom/db';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeyWrapper } from './key-wrapper.ts';
import { type FakeTransit, startFakeTransit } from './transit.fixture.ts';
import { createVault, type SecretScope, type Vault, VaultError } from './vault.ts';
import { KeyServiceError } from './vault-transit.ts';

const SECRET = 'obvious-fake-passwörd';
const scope: SecretScope = { connectionId: 7 as ConnectionId, userId: 'u1' as UserId, column: 'imap_secret' };
const ring = {
  CREDENTIALS_KEYS: `1:${Buffer.alloc(32, 1).toString('base64')}`,
  VAULT_ADDR: undefined,
  VAULT_TOKEN: undefined,
  VAULT_TRANSIT_KEY: 'postroom',
  VAULT_TRANSIT_MOUNT: 'transit',
};

let transit: FakeTransit;
beforeEach(async () => {
  transit = await startFakeTransit();
});
afterEach(() => transit?.stop());
const withVault = (token = transit.token) => ({ ...ring, VAULT_ADDR: transit.address, VAULT_TOKEN: token });

describe.each([
  ['the ring', () => createVault(createKeyWrapper(ring)), '1'],
  ['Vault', () => createVault(createKeyWrapper(withVault())), 'transit-v1'],
] as const)('secrets under keys of %s', (_name, make, keyId) => {
  let vault: Vault;
  beforeEach(() => {
    vault = make();
  });

  it('open where they belong, and nowhere else', async () => {
    const envelope = await vault.seal(SECRET, scope);
    expect([envelope.split('.')[1], await vault.open(envelope, scope)]).toEqual([keyId, SECRET]);
    for (const other of [
      { ...scope, connectionId: 8 as ConnectionId },
      { ...scope, userId: 'u2' as UserId },
      { ...scope, column: 'smtp_secret' },
    ]) {
      await expect(vault.open(envelope, other)).rejects.toThrow(VaultError);
    }
  });

  it('do not open when anything of them was changed, cut or left out', async () => {
    const parts = (await vault.seal(SECRET, scope)).split('.');
    for (const [index, part] of parts.entries()) {
      for (const changed of [part.slice(0, -2), `A${part.slice(1)}`, '']) {
        if (changed === part) continue;
        const envelope = parts.with(index, changed).join('.');
        await expect(vault.open(envelope, scope)).rejects.toThrow(VaultError);
      }
    }
    await expect(vault.open(SECRET, scope)).rejects.toThrow(VaultError);
  });

  it('stay as they are while their key is the newest', async () => {
    expect(await vault.rewrap(await vault.seal(SECRET, scope), scope)).toBeNull();
  });
});

describe('Vault’s transit engine', () => {
  it('never sees a secret, only the key of it', async () => {
    await createVault(createKeyWrapper(withVault())).seal(SECRET, scope);
    const seen = transit.bodies.join('\n');
    for (const form of ['utf8', 'base64', 'hex'] as const)
      expect(seen).not.toContain(Buffer.from(SECRET).toString(form));
  });

  it('takes over what the ring has sealed, and what an older version of its own key has', async () => {
    const local = await createVault(createKeyWrapper(ring)).seal(SECRET, scope);
    const first = await createVault(createKeyWrapper(withVault())).rewrap(local, scope);
    transit.rotate();
    const vault = createVault(createKeyWrapper(withVault()));
    const second = await vault.rewrap(first ?? '', scope);
    expect([first, second].map((envelope) => envelope?.split('.')[1])).toEqual(['transit-v1', 'transit-v2']);
    for (const envelope of [local, first, second]) expect(await vault.open(envelope ?? '', scope)).toBe(SECRET);
  });

  it('needs no ring, and what one has sealed is then an error and nothing else', async () => {
    const local = await createVault(createKeyWrapper(ring)).seal(SECRET, scope);
    const vault = createVault(createKeyWrapper({ ...withVault(), CREDENTIALS_KEYS: undefined }));
    expect(await vault.open(await vault.seal(SECRET, scope), scope)).toBe(SECRET);
    await expect(vault.open(local, scope)).rejects.toThrow(VaultError);
  });

  it.each([
    ['is sealed', () => transit.sealVault(), () => transit.token],
    ['does not know the token', () => undefined, () => 'another-token'],
    ['is gone', () => transit.stop(), () => transit.token],
  ])('that %s is no fault of the secret', async (_name, change, token) => {
    const envelope = await createVault(createKeyWrapper(withVault())).seal(SECRET, scope);
    await change();
    const vault = createVault(createKeyWrapper(withVault(token())));
    await expect(vault.open(envelope, scope)).rejects.toThrow(KeyServiceError);
    await expect(vault.seal(SECRET, scope)).rejects.toThrow(KeyServiceError);
  });
});
