/** Discovery against what the world answers for well-known domains, written down; and against answers made to mislead. */
import { describe, expect, it } from 'vitest';
import { createDiscovery } from './discovery.ts';
import { autoconfigOf, RECORDED_DOMAINS, type RecordedDomain } from './recorded-domains.fixture.ts';
import type { DiscoveryNetwork } from './sources.ts';

/** The network as it was, for this domain alone. */
function replay({ domain, mx, srv = {}, ispdb, autoconfig, wellKnown, open = [] }: RecordedDomain): DiscoveryNetwork {
  const web = new Map(
    Object.entries({
      [`https://autoconfig.thunderbird.net/v1.1/${domain}`]: ispdb,
      [`https://autoconfig.${domain}/mail/config-v1.1.xml`]: autoconfig,
      [`https://${domain}/.well-known/autoconfig/mail/config-v1.1.xml`]: wellKnown,
    }).flatMap(([url, entries]) => (entries ? [[url, autoconfigOf(domain, domain, entries)] as const] : [])),
  );
  return {
    async get(url) {
      const body = web.get(url.split('?')[0] ?? '');
      return { status: body === undefined ? 404 : 200, body: Buffer.from(body ?? 'Not found') };
    },
    async resolveSrv(name) {
      const target = Object.entries(srv).find(([service]) => name === `${service}._tcp.${domain}`)?.[1];
      if (target === undefined) throw Object.assign(new Error(`querySrv ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
      const [host = '', port] = target.split(':');
      return [{ name: host, port: Number(port), priority: 0, weight: 1 }];
    },
    resolveMx: async (asked) => (asked === domain ? mx.map((exchange, at) => ({ exchange, priority: at * 10 })) : []),
    listens: async ({ host, port }) => open.includes(`${host}:${port}`),
  };
}

const discover = (recorded: RecordedDomain) =>
  createDiscovery({ ...replay(recorded), ownServer: null })(`ada@${recorded.domain}`);

describe('the settings of', () => {
  it.each(RECORDED_DOMAINS.map((recorded) => ({ domain: recorded.domain, recorded })))(
    '$domain come first',
    async ({ recorded }) => {
      const [best] = await discover(recorded);
      if (!best) throw new Error('nothing was found');
      const { imap, smtp, source } = best;
      const told = [imap, smtp].map(({ host, port, security }) => `${host} ${port} ${security}`);
      const [, , , username = `ada@${recorded.domain}`, smtpUsername = username] = recorded.is;
      const wanted = [...recorded.is.slice(0, 3), username, smtpUsername];
      expect([source, ...told, imap.username, smtp.username]).toEqual(wanted);
    },
  );
});

describe('answers made to mislead', () => {
  const domain = 'victim.example';
  const evil: RecordedDomain['autoconfig'] = [
    ['imap', 'imap.evil.example', 993, 'SSL'],
    ['smtp', 'smtp.evil.example', 465, 'SSL'],
  ];
  const none = { domain, mx: [], is: ['guess', '', ''] } as const;

  it.each([
    { name: 'its own autoconfiguration', world: { ...none, autoconfig: evil } },
    { name: 'its well-known address', world: { ...none, wellKnown: evil } },
    {
      name: 'SRV',
      world: { ...none, srv: { _imaps: 'imap.evil.example:993', _submissions: 'smtp.evil.example:465' } },
    },
  ])('by $name lead nowhere without being told', async ({ world }) => {
    const [best] = await discover(world);
    expect(best?.help?.text).toMatch(/lead to evil\.example, a different domain than yours/);
  });

  it.each([
    { name: 'hosts that are addresses of this machine', entries: ['127.0.0.1', '[::1]'] },
    { name: 'a host with a path', entries: ['imap.evil.example/x', 'smtp.evil.example/x'] },
    { name: 'a host with a user in it', entries: ['ada@imap.evil.example', 'ada@smtp.evil.example'] },
    { name: 'a host with a line break', entries: ['imap.evil.example\r\nX', 'smtp.evil.example'] },
  ])('with $name are not believed', async ({ entries: [imap = '', smtp = ''] }) => {
    const lies: RecordedDomain['autoconfig'] = [
      ['imap', imap, 993, 'SSL'],
      ['smtp', smtp, 465, 'SSL'],
    ];
    const found = await discover({ ...none, autoconfig: lies });
    const isTold = found.every(
      ({ help }) => /different domain/.test(help?.text ?? '') || /Nothing was found/.test(help?.text ?? ''),
    );
    expect({ isTold, hosts: found.map(({ imap: { host } }) => host) }).toEqual({
      isTold: true,
      hosts: expect.not.arrayContaining([expect.stringMatching(/[@/\r\n]/)]),
    });
  });
});
