import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Candidate } from '../../../lib/driver/schemas.ts';
import { createDiscovery, type OwnServer } from './discovery.ts';
import type { DiscoveryNetwork } from './sources.ts';

interface World {
  /** URL without query → body. */
  web?: Record<string, string>;
  /** `_imaps` → target, or target:port. */
  srv?: Record<string, string>;
  mx?: string[];
  /** host:port pairs something listens on. */
  open?: string[];
  ownServer?: OwnServer;
}

const PORTS: Record<string, number> = { _imaps: 993, _imap: 143, _submissions: 465, _submission: 587 };

/** A network that has what the world has; all else is not there. Keeps what it was asked. */
function inWorld({ web = {}, srv = {}, mx = [], open = [], ownServer }: World) {
  const asked: string[] = [];
  const network: DiscoveryNetwork = {
    async get(url) {
      asked.push(url);
      const body = web[url.split('?')[0] ?? ''];
      return { status: body === undefined ? 404 : 200, body: Buffer.from(body ?? '') };
    },
    async resolveSrv(name) {
      asked.push(name);
      const target = srv[name.split('.')[0] ?? ''];
      if (target === undefined) throw new Error('ENOTFOUND');
      return [{ name: target, port: PORTS[name.split('.')[0] ?? ''] ?? 0, priority: 1, weight: 1 }];
    },
    async resolveMx(domain) {
      asked.push(`MX ${domain}`);
      return mx.map((exchange, priority) => ({ exchange, priority }));
    },
    async listens({ host, port }) {
      asked.push(`${host}:${port}`);
      return open.includes(`${host}:${port}`);
    },
  };
  return { asked, discover: createDiscovery({ ...network, ownServer: ownServer ?? null }) };
}

function config(host: string, name = 'Example Hosting'): string {
  const server = (tag: string, type: string, port: number) =>
    `<${tag} type="${type}"><hostname>${type}.${host}</hostname><port>${port}</port><socketType>SSL</socketType>
     <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></${tag}>`;
  return `<clientConfig><emailProvider><displayName>${name}</displayName>${server('incomingServer', 'imap', 993)}
    ${server('outgoingServer', 'smtp', 465)}</emailProvider></clientConfig>`;
}

const ISPDB = 'https://autoconfig.thunderbird.net/v1.1/';
const OWN = 'https://autoconfig.example.org/mail/config-v1.1.xml';
const WELL_KNOWN = 'https://example.org/.well-known/autoconfig/mail/config-v1.1.xml';
const brief = (candidates: Candidate[]) => candidates.map(({ source, imap }) => `${source} ${imap.host}:${imap.port}`);
const discover = (world: World, email = 'ada@example.org') => inWorld(world).discover(email);

describe('the order of sources', () => {
  const everything: World = {
    web: {
      [`${ISPDB}example.org`]: config('ispdb.example'),
      [OWN]: config('own.example.org'),
      [WELL_KNOWN]: config('known.example.org'),
    },
    srv: { _imaps: 'srv.example.org', _submissions: 'srv.example.org' },
    mx: ['in1-smtp.messagingengine.com'],
    open: ['imap.example.org:993', 'smtp.example.org:465'],
  };

  it('is ISPDB, the domain’s own word, SRV, then MX', async () => {
    expect(brief(await discover(everything))).toEqual([
      'ispdb imap.ispdb.example:993',
      'autoconfig imap.own.example.org:993',
      'autoconfig imap.known.example.org:993',
      'srv srv.example.org:993',
      'mx imap.fastmail.com:993',
    ]);
  });

  it('does not try ports where something was published', async () => {
    const { asked, discover: find } = inWorld(everything);
    await find('ada@example.org');
    expect(asked.filter((entry) => /^[a-z.]+:\d+$/.test(entry))).toEqual([]);
  });

  it('needs no network for a domain of the table', async () => {
    const { asked, discover: find } = inWorld(everything);
    const [best] = await find('Ada@GMail.com');
    expect(asked).toEqual([]);
    expect(best).toMatchObject({
      source: 'provider',
      provider: 'Gmail',
      imap: { host: 'imap.gmail.com', port: 993, security: 'tls', username: 'Ada@GMail.com' },
      auth: ['app-password'],
    });
  });

  it('shows servers that two sources agree on once', async () => {
    const world = { web: { [OWN]: config('example.org'), [WELL_KNOWN]: config('example.org') } };
    expect(brief(await discover(world))).toEqual(['autoconfig imap.example.org:993']);
  });

  it('tells ISPDB the domain and nobody but the domain itself the address', async () => {
    const { asked, discover: find } = inWorld({});
    await find("o'neil+x@example.org");
    const told = asked.filter((entry) => entry.startsWith('https:'));
    expect(told).toEqual([
      `${ISPDB}example.org`,
      `${OWN}?emailaddress=o'neil%2Bx%40example.org`,
      `${WELL_KNOWN}?emailaddress=o'neil%2Bx%40example.org`,
    ]);
  });
});

describe('SRV records', () => {
  it.each<{ name: string; srv: Record<string, string>; is: string[] }>([
    {
      name: 'TLS before STARTTLS',
      srv: { _imaps: 'a.example.org', _imap: 'b.example.org', _submission: 'c.example.org' },
      is: ['srv a.example.org:993'],
    },
    {
      name: 'STARTTLS where TLS is not offered',
      srv: { _imaps: '.', _imap: 'b.example.org', _submission: 'c.example.org' },
      is: ['srv b.example.org:143'],
    },
    {
      name: 'nothing where IMAP is not offered',
      srv: { _imaps: '.', _imap: '', _submissions: 'c.example.org' },
      is: ['guess imap.example.org:993'],
    },
    {
      name: 'nothing where submission is missing',
      srv: { _imaps: 'a.example.org' },
      is: ['guess imap.example.org:993'],
    },
  ])('give $name', async ({ srv, is }) => {
    expect(brief(await discover({ srv }))).toEqual(is);
  });
});

describe('mail exchangers', () => {
  it('of Google give a domain of one’s own Google’s servers, and what password it wants', async () => {
    const [best] = await discover({ mx: ['aspmx.l.google.com', 'alt1.aspmx.l.google.com'] });
    expect(best).toMatchObject({
      source: 'mx',
      provider: 'Google Workspace',
      imap: { host: 'imap.gmail.com', username: 'ada@example.org' },
      auth: ['app-password'],
    });
    expect(best?.help?.text).not.toContain('different domain');
  });

  it('of Apple mean the whole address as user name in a domain of one’s own', async () => {
    const [own] = await discover({ mx: ['mx01.mail.icloud.com'] });
    const [apple] = await discover({}, 'ada@icloud.com');
    expect([own?.imap.username, apple?.imap.username, apple?.smtp.username]).toEqual([
      'ada@example.org',
      'ada',
      'ada@icloud.com',
    ]);
  });

  it('of a hoster that ISPDB knows give that hoster’s servers', async () => {
    const world = { mx: ['mx1.hoster.example'], web: { [`${ISPDB}hoster.example`]: config('hoster.example') } };
    expect(await discover(world)).toMatchObject([{ source: 'mx', provider: 'Example Hosting' }]);
  });
});

describe('another domain than the address’s', () => {
  const warning = (domain: string) =>
    `These settings lead to ${domain}, a different domain than yours. Check that this is your provider.`;
  const help = async (world: World, email?: string) => (await discover(world, email))[0]?.help?.text;

  it.each<{ name: string; world: World; is: string | undefined }>([
    {
      name: 'by autoconfiguration is told',
      world: { web: { [OWN]: config('example.net') } },
      is: warning('example.net'),
    },
    {
      name: 'by SRV is told',
      world: { srv: { _imaps: 'a.example.net', _submissions: 'b.example.com' } },
      is: warning('example.net and example.com'),
    },
    {
      name: 'by an address is told',
      world: { srv: { _imaps: '192.0.2.7', _submissions: 'example.org' } },
      is: warning('192.0.2.7'),
    },
    { name: 'by ISPDB is not', world: { web: { [`${ISPDB}example.org`]: config('example.net') } }, is: undefined },
    {
      name: 'is not, when it is a host of the same domain',
      world: { web: { [OWN]: config('mail.example.org') } },
      is: undefined,
    },
  ])('$name', async ({ world, is }) => {
    expect(await help(world)).toBe(is);
  });

  it('is told among neighbours below a public suffix', async () => {
    const web = { 'https://autoconfig.ada.co.uk/mail/config-v1.1.xml': config('eve.co.uk') };
    expect(await help({ web }, 'ada@ada.co.uk')).toBe(warning('eve.co.uk'));
  });

  it('comes with the provider’s own help where we know it', async () => {
    const text = await help({ srv: { _imaps: 'imap.fastmail.com', _submissions: 'smtp.fastmail.com' } });
    expect(text).toMatch(/^These settings lead to fastmail\.com, .* Fastmail wants an app password/);
  });

  it('needs no warning when the mail exchanger says the same', async () => {
    const srv = { _imaps: 'imap.fastmail.com', _submissions: 'smtp.fastmail.com' };
    const found = await discover({ srv, mx: ['in1-smtp.messagingengine.com'] });
    expect(found).toMatchObject([{ source: 'srv', provider: 'Fastmail', auth: ['app-password'] }]);
    expect(found[0]?.help?.text).toMatch(/^Fastmail wants/);
  });
});

describe('the usual names', () => {
  it.each([
    {
      name: 'TLS before STARTTLS',
      open: ['imap.example.org:143', 'mail.example.org:993', 'smtp.example.org:465'],
      is: ['probe mail.example.org:993'],
    },
    { name: 'the bare domain last', open: ['example.org:993', 'mail.example.org:587'], is: ['probe example.org:993'] },
    { name: 'a guess where only one side answers', open: ['imap.example.org:993'], is: ['guess imap.example.org:993'] },
    { name: 'a guess where nothing does', open: [], is: ['guess imap.example.org:993'] },
  ])('give $name', async ({ open, is }) => {
    expect(brief(await discover({ open }))).toEqual(is);
  });

  it('say that a guess is one', async () => {
    expect((await discover({}))[0]).toEqual({
      source: 'guess',
      provider: 'example.org',
      imap: { host: 'imap.example.org', port: 993, security: 'tls', username: 'ada@example.org' },
      smtp: { host: 'smtp.example.org', port: 465, security: 'tls', username: 'ada@example.org' },
      auth: ['password'],
      help: { text: expect.stringContaining('Nothing was found for example.org') },
    });
  });
});

describe('addresses', () => {
  it.each([
    {
      name: 'an international domain',
      email: 'ada@Bücher.example',
      host: 'imap.xn--bcher-kva.example',
      username: 'ada@Bücher.example',
    },
    {
      name: 'a quoted local part',
      email: '"ada @ home"@example.org',
      host: 'imap.example.org',
      username: '"ada @ home"@example.org',
    },
    { name: 'spaces around', email: ' ada@example.org ', host: 'imap.example.org', username: 'ada@example.org' },
    { name: 'a dot at the end', email: 'ada@example.org.', host: 'imap.example.org', username: 'ada@example.org.' },
  ])('with $name are understood', async ({ email, host, username }) => {
    expect((await discover({}, email))[0]?.imap).toMatchObject({ host, username });
  });

  it.each([
    'ada',
    '@example.org',
    'ada@',
    'ada@localhost',
    'ada@127.0.0.1',
    'ada@[::1]',
    'ada@exa mple.org',
    'ada@example.org/x',
    'a\r\nb@example.org',
  ])('that are none are refused: %j', async (email) => {
    await expect(discover({}, email)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('the instance’s own mail server', () => {
  const own = (...domains: string[]): OwnServer => ({
    imap: { host: 'mail.company.example', port: 993, security: 'tls' },
    smtp: { host: 'mail.company.example', port: 465, security: 'tls' },
    domains,
  });
  const published = { web: { [OWN]: config('example.org') } };

  it.each([
    {
      name: 'is the answer for its domains',
      world: { ...published, ownServer: own('example.org') },
      email: 'ada@example.org',
      is: ['instance mail.company.example:993'],
    },
    {
      name: 'is not offered for others',
      world: { ...published, ownServer: own('company.example') },
      email: 'ada@example.org',
      is: ['autoconfig imap.example.org:993'],
    },
    {
      name: 'comes first where no domains are named',
      world: { ...published, ownServer: own() },
      email: 'ada@example.org',
      is: ['instance mail.company.example:993', 'autoconfig imap.example.org:993'],
    },
    {
      name: 'comes second for an address that is plainly elsewhere',
      world: { ownServer: own() },
      email: 'ada@gmail.com',
      is: ['provider imap.gmail.com:993', 'instance mail.company.example:993'],
    },
    {
      name: 'leaves no room for a guess',
      world: { ownServer: own() },
      email: 'ada@example.org',
      is: ['instance mail.company.example:993'],
    },
  ])('$name', async ({ world, email, is }) => {
    expect(brief(await discover(world, email))).toEqual(is);
  });
});

describe('a network that is silent', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const never = () => new Promise<never>(() => {});
  const silent: DiscoveryNetwork = { get: never, resolveSrv: never, resolveMx: never, listens: never };

  async function timed(network: DiscoveryNetwork, ownServer: OwnServer | null = null) {
    const began = Date.now();
    const finding = createDiscovery({ ...network, ownServer })('ada@example.org');
    await vi.runAllTimersAsync();
    return { found: brief(await finding), ms: Date.now() - began };
  }

  it('leaves a guess within five seconds', async () => {
    const { found, ms } = await timed(silent);
    expect(found).toEqual(['guess imap.example.org:993']);
    expect(ms).toBeLessThan(5000);
  });

  it('does not take away what one source has said', async () => {
    const resolveMx = async () => [{ exchange: 'aspmx1.migadu.com', priority: 1 }];
    expect(await timed({ ...silent, resolveMx })).toEqual({ found: ['mx imap.migadu.com:993'], ms: 2000 });
  });

  it('is told to stop when the answer is given', async () => {
    const signals: AbortSignal[] = [];
    const get: DiscoveryNetwork['get'] = (_url, { signal }) => {
      signals.push(signal);
      return never();
    };
    await timed({ ...silent, get });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
