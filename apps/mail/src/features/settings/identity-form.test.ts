import { describe, expect, it } from 'vitest';
import { fieldsOfIdentity, serverChange } from './identity-form.ts';

const plain = fieldsOfIdentity({ connectionId: 'c1', name: 'Ada', email: 'ada@lab.test', isDefault: false });
const smtp = { host: 'smtp.lab.test', port: 465, security: 'tls', username: 'ada' } as const;
const own = fieldsOfIdentity({ connectionId: 'c1', name: 'Ada', email: 'ada@lab.test', isDefault: false, smtp });

describe('the server of an identity', () => {
  it.each([
    ['stays away where there is none', plain, plain, undefined],
    ['stays as it is where nothing was typed', own, { ...own, name: 'A' }, undefined],
    ['goes when it is turned off', own, { ...own, hasOwnServer: false }, null],
    ['is kept with a new password', own, { ...own, password: 'fake' }, { ...smtp, password: 'fake' }],
    ['is kept with a certificate', own, { ...own, pin: 'sha256/x' }, { ...smtp, pin: 'sha256/x' }],
    [
      'keeps its password where only its port is another',
      own,
      { ...own, server: { ...own.server, port: '587' } },
      { ...smtp, port: 587 },
    ],
    [
      'comes when it is turned on, the user name left to the address',
      plain,
      { ...plain, hasOwnServer: true, server: { ...plain.server, host: ' smtp.lab.test ' }, password: 'fake' },
      { host: 'smtp.lab.test', port: 465, security: 'tls', password: 'fake' },
    ],
  ])('%s', (_what, before, fields, expected) => {
    expect(serverChange(fields, before)).toEqual(expected);
  });
});
