import { describe, expect, it } from 'vitest';
import { classify, createEgress } from './egress.ts';

const resolve = (answers: Readonly<Record<string, readonly string[]>>) => async (host: string) => {
  const found = answers[host];
  if (!found) throw new Error('ENOTFOUND');
  return found;
};

describe('classify', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['127.0.0.1', 'private'],
    ['127.1', 'private'],
    ['2130706433', 'private'],
    ['0x7f.0.0.1', 'private'],
    ['0177.0.0.1', 'private'],
    ['0x7f000001', 'private'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['::1', 'private'],
    ['[::1]', 'private'],
    ['fc00::1', 'private'],
    ['fd12:3456::1', 'private'],
    ['::ffff:127.0.0.1', 'private'],
    ['::ffff:7f00:1', 'private'],
    ['::ffff:10.0.0.1', 'private'],
    ['::ffff:8.8.8.8', 'public'],
    ['64:ff9b::7f00:1', 'private'],
    ['64:ff9b::a00:1', 'private'],
    ['2002:7f00:1::', 'private'],
    ['2002:a00:1::', 'private'],
    ['0.0.0.0', 'never'],
    ['0.1.2.3', 'never'],
    ['::', 'never'],
    ['169.254.0.1', 'never'],
    ['169.254.169.254', 'never'],
    ['0xa9fea9fe', 'never'],
    ['2852039166', 'never'],
    ['::ffff:169.254.169.254', 'never'],
    ['64:ff9b::a9fe:a9fe', 'never'],
    ['2002:a9fe:a9fe::', 'never'],
    ['fe80::1', 'never'],
    ['fe80::1%eth0', 'never'],
    ['fd00:ec2::254', 'never'],
    ['100.100.100.200', 'never'],
    ['224.0.0.1', 'never'],
    ['ff02::1', 'never'],
    ['255.255.255.255', 'never'],
    ['240.0.0.1', 'never'],
    ['192.0.2.1', 'never'],
    ['2001:db8::1', 'never'],
    ['2001:0:4136:e378::1', 'never'],
    ['mail.lab.test', 'never'],
  ])('%s is %s', (address, verdict) => {
    expect(classify(address)).toBe(verdict);
  });
});

describe('the egress guard', () => {
  const answers = resolve({
    'mail.example': ['8.8.8.8'],
    'nas.lan': ['192.168.1.5'],
    'half.example': ['8.8.8.8', '127.0.0.1'],
    'meta.example': ['169.254.169.254'],
    '127.0.0.1.nip.io': ['127.0.0.1'],
  });
  const codeOf = async (egress: ReturnType<typeof createEgress>, host: string) =>
    egress.resolve(host).then(
      ({ address }) => address,
      (error: { code?: string }) => error.code,
    );

  it.each([
    { name: 'a public server', mode: 'public', allow: [], host: 'mail.example', outcome: '8.8.8.8' },
    { name: 'a LAN server', mode: 'public', allow: [], host: 'nas.lan', outcome: 'HOST_NOT_ALLOWED' },
    { name: 'a LAN server by name', mode: 'public', allow: ['nas.lan'], host: 'nas.lan', outcome: '192.168.1.5' },
    {
      name: 'a LAN server by network',
      mode: 'public',
      allow: ['192.168.0.0/16'],
      host: 'nas.lan',
      outcome: '192.168.1.5',
    },
    { name: 'a LAN server in private mode', mode: 'private', allow: [], host: 'nas.lan', outcome: '192.168.1.5' },
    {
      name: 'one bad address among good ones',
      mode: 'public',
      allow: [],
      host: 'half.example',
      outcome: 'HOST_NOT_ALLOWED',
    },
    {
      name: 'a name that stands for loopback',
      mode: 'public',
      allow: [],
      host: '127.0.0.1.nip.io',
      outcome: 'HOST_NOT_ALLOWED',
    },
    { name: 'loopback by number', mode: 'public', allow: [], host: '2130706433', outcome: 'HOST_NOT_ALLOWED' },
    {
      name: 'metadata in private mode',
      mode: 'private',
      allow: ['meta.example'],
      host: 'meta.example',
      outcome: 'HOST_NOT_ALLOWED',
    },
    {
      name: 'link-local though listed',
      mode: 'public',
      allow: ['169.254.0.0/16'],
      host: '169.254.1.1',
      outcome: 'HOST_NOT_ALLOWED',
    },
    { name: 'a name nobody has', mode: 'public', allow: [], host: 'nowhere.example', outcome: 'HOST_NOT_FOUND' },
  ] as const)('$name: $outcome', async ({ mode, allow, host, outcome }) => {
    expect(await codeOf(createEgress({ mode, allow, resolve: answers }), host)).toBe(outcome);
  });

  it('names the variable that would allow it', async () => {
    await expect(createEgress({ mode: 'public', resolve: answers }).resolve('nas.lan')).rejects.toMatchObject({
      fix: expect.stringContaining('MAIL_EGRESS_ALLOW'),
    });
  });

  it('gives the further addresses of a name along with the first', async () => {
    const resolve = async () => ['2606:4700::1111', '8.8.8.8'];
    expect(await createEgress({ mode: 'public', resolve }).resolve('dual.example')).toEqual({
      address: '2606:4700::1111',
      family: 6,
      alternatives: ['8.8.8.8'],
      servername: 'dual.example',
    });
  });

  it.each([
    ['ENOTFOUND', false],
    ['EAI_AGAIN', true],
  ])('calls a look-up that ends in %s retryable: %s', async (code, retryable) => {
    const resolve = async () => {
      throw Object.assign(new Error('getaddrinfo'), { code });
    };
    await expect(createEgress({ mode: 'public', resolve }).resolve('mail.example')).rejects.toMatchObject({
      code: 'HOST_NOT_FOUND',
      retryable,
    });
  });

  it('asks the name server once: a second answer cannot lead elsewhere', async () => {
    let asked = 0;
    const rebinding = async () => (asked++ === 0 ? ['8.8.8.8'] : ['127.0.0.1']);
    const checked = await createEgress({ mode: 'public', resolve: rebinding }).resolve('rebind.example');
    expect([checked, asked]).toEqual([
      { address: '8.8.8.8', family: 4, alternatives: [], servername: 'rebind.example' },
      1,
    ]);
  });
});
