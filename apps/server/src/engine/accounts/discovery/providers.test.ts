import { describe, expect, it } from 'vitest';
import { endpointSchema } from '../../../lib/driver/schemas.ts';
import { PROVIDERS, providerOfDomain, providerOfExchange, providerOfServers } from './providers.ts';

describe('the provider table', () => {
  it('names each provider once', () => {
    const ids = PROVIDERS.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it('gives each domain to one provider only, in lower case', () => {
    const domains = PROVIDERS.flatMap((provider) => provider.domains);
    expect(domains).toEqual([...new Set(domains.map((domain) => domain.toLowerCase()))]);
  });

  it.each(PROVIDERS.map((provider) => [provider.id, provider] as const))('%s is complete', (_id, provider) => {
    expect(provider.domains.length + provider.mx.length).toBeGreaterThan(0);
    expect([provider.imap, provider.smtp].every((server) => endpointSchema.safeParse(server).success)).toBe(true);
    expect(provider.auth).not.toEqual([]);
    expect(provider.help.text).toMatch(/\.$/);
    if (provider.help.url !== undefined) expect(provider.help.url).toMatch(/^https:\/\//);
  });

  it('says that Microsoft cannot be connected yet', () => {
    const microsoft = PROVIDERS.filter(({ imap }) => imap.host === 'outlook.office365.com');
    expect(microsoft.map(({ auth }) => auth)).toEqual([['oauth2'], ['oauth2']]);
    for (const { help } of microsoft) expect(help.text).toContain('cannot');
  });
});

it.each([
  ['gmail.com', 'gmail'],
  ['googlemail.com', 'gmail'],
  ['me.com', 'icloud'],
  ['gmx.ch', 'gmx-net'],
  ['gmx.com', 'gmx-com'],
  ['126.com', '126.com'],
  ['example.org', undefined],
  ['notgmail.com', undefined],
])('the domain %s is of %s', (domain, id) => {
  expect(providerOfDomain(domain)?.id).toBe(id);
});

it.each([
  ['ASPMX.L.GOOGLE.COM.', 'google-workspace'],
  ['alt1.aspmx.l.google.com', 'google-workspace'],
  ['aspmx2.googlemail.com', 'google-workspace'],
  ['smtp.google.com', 'google-workspace'],
  ['example-org.mail.protection.outlook.com', 'microsoft-365'],
  ['example-org.a-v1.mx.microsoft', 'microsoft-365'],
  ['hotmail-com.olc.protection.outlook.com', 'outlook'],
  ['mta7.am0.yahoodns.net', 'yahoo'],
  ['mx-aol.mail.gm0.yahoodns.net', 'aol'],
  ['mx01.mail.icloud.com', 'icloud'],
  ['in1-smtp.messagingengine.com', 'fastmail'],
  ['mx2.zoho.eu', 'zoho-eu-organization'],
  ['mail.protonmail.ch', 'proton'],
  ['mxext1.mailbox.org', 'mailbox.org'],
  ['mx.yandex.net', 'yandex'],
  ['aspmx1.migadu.com', 'migadu'],
  ['mx1.mail.ovh.net', 'ovh'],
  ['smtpin.rzone.de', 'strato'],
  ['mx00.ionos.de', 'ionos-de'],
  ['mta-gw.infomaniak.ch', 'infomaniak'],
  ['mailserver.purelymail.com', 'purelymail'],
  ['notl.google.com.evil.example', undefined],
  ['evilmigadu.com', undefined],
])('mail taken in by %s is kept by %s', (exchange, id) => {
  expect(providerOfExchange(exchange)?.id).toBe(id);
});

it.each([
  ['imap.gmail.com', 'smtp.gmail.com', 'google-workspace'],
  ['IMAP.fastmail.com', 'smtp.fastmail.com', 'fastmail'],
  ['imap.fastmail.com', 'smtp.example.org', undefined],
])('servers %s and %s are of %s', (imap, smtp, id) => {
  expect(providerOfServers(imap, smtp)?.id).toBe(id);
});
