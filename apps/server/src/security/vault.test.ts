import type { ConnectionId, UserId } from '@postroom/db';
import { describe, expect, it } from 'vitest';
import { parseKeyRing } from './key-ring.ts';
import { createVault, localKeyWrapper, type SecretScope, VaultError } from './vault.ts';

const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');
const vaultOf = (ring: string) => createVault(localKeyWrapper(parseKeyRing(ring)));
const vault = vaultOf(`1:${key(1)}`);
const scope: SecretScope = { connectionId: 7 as ConnectionId, userId: 'u1' as UserId, column: 'imap_secret' };
const SECRET = 'obvious-fake-passwörd';

describe('the vault', () => {
  it('opens what it sealed', async () => {
    expect(await vault.open(await vault.seal(SECRET, scope), scope)).toBe(SECRET);
  });

  it('never writes the same envelope twice, nor the secret in clear, base64 or hex', async () => {
    const [a, b] = [await vault.seal(SECRET, scope), await vault.seal(SECRET, scope)];
    expect(a).not.toBe(b);
    for (const form of ['utf8', 'base64', 'base64url', 'hex'] as const) {
      expect(a).not.toContain(Buffer.from(SECRET).toString(form));
    }
  });

  it.each<{ name: string; other: SecretScope }>([
    { name: 'another row', other: { ...scope, connectionId: 8 as ConnectionId } },
    { name: 'another user', other: { ...scope, userId: 'u2' as UserId } },
    { name: 'another column', other: { ...scope, column: 'smtp_secret' } },
  ])('does not open an envelope that was moved to $name', async ({ other }) => {
    await expect(vault.open(await vault.seal(SECRET, scope), other)).rejects.toThrow(VaultError);
  });

  it.each([
    { name: 'clear text', change: () => SECRET },
    { name: 'nothing', change: () => '' },
    { name: 'a cut envelope', change: (sealed: string) => sealed.slice(0, -4) },
    { name: 'a changed octet', change: (sealed: string) => `${sealed.slice(0, -6)}AAAAAA` },
    { name: 'a part left out', change: (sealed: string) => sealed.split('.').slice(0, 4).join('.') },
    { name: 'another version', change: (sealed: string) => sealed.replace('v1.', 'v2.') },
    { name: 'a key that is not in the ring', change: (sealed: string) => sealed.replace('v1.1.', 'v1.9.') },
  ])('refuses $name', async ({ change }) => {
    await expect(vault.open(change(await vault.seal(SECRET, scope)), scope)).rejects.toThrow(VaultError);
  });

  it('rewraps with the newest key, after which the old one can go', async () => {
    const rewrapped = await vaultOf(`2:${key(2)},1:${key(1)}`).rewrap(await vault.seal(SECRET, scope), scope);
    expect(await vaultOf(`2:${key(2)}`).open(rewrapped ?? '', scope)).toBe(SECRET);
    expect(await vaultOf(`2:${key(2)}`).rewrap(rewrapped ?? '', scope)).toBeNull();
  });
});

describe('parseKeyRing', () => {
  it.each(['', 'no-colon', `1:${Buffer.alloc(16).toString('base64')}`, `:${key(1)}`, `1:${key(1)},1:${key(2)}`])(
    'refuses %j without repeating a key',
    (text) => {
      expect(() => parseKeyRing(text)).toThrow(/ring/);
      expect(() => parseKeyRing(text)).not.toThrow(new RegExp(key(1).slice(0, 20)));
    },
  );
});
