import { describe, expect, it } from 'vitest';
import { parseMailAddress } from './address.ts';
import { MAX_AUTOCONFIG_BYTES, parseAutoconfig } from './autoconfig.ts';

const address = parseMailAddress('ada@example.org');

interface Element {
  type?: string;
  host?: string;
  port?: string;
  socket?: string;
  user?: string;
  auth?: string[];
}

function element(tag: string, fields: Required<Element>): string {
  const auth = fields.auth.map((kind) => `<authentication>${kind}</authentication>`).join('');
  return `<${tag} type="${fields.type}"><hostname>${fields.host}</hostname><port>${fields.port}</port>
    <socketType>${fields.socket}</socketType><username>${fields.user}</username>${auth}</${tag}>`;
}
const usual = { port: '993', socket: 'SSL', user: '%EMAILADDRESS%', auth: ['password-cleartext'] };
const incoming = (fields: Element = {}) =>
  element('incomingServer', { ...usual, type: 'imap', host: 'imap.example.org', ...fields });
const outgoing = (fields: Element = {}) =>
  element('outgoingServer', { ...usual, type: 'smtp', host: 'smtp.example.org', port: '465', ...fields });
const provider = (...content: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?><clientConfig version="1.1"><emailProvider id="example.org">
   <domain>example.org</domain>${content.join('')}</emailProvider></clientConfig>`;

const read = (xml: string, email = 'ada@example.org') => parseAutoconfig(Buffer.from(xml), parseMailAddress(email));

describe('a sound document', () => {
  it('gives both servers, the user name and the name of the provider', () => {
    expect(read(provider('<displayName>Bits &amp; Bytes\n Mail</displayName>', incoming(), outgoing()))).toEqual({
      name: 'Bits & Bytes Mail',
      imap: { host: 'imap.example.org', port: 993, security: 'tls', username: 'ada@example.org' },
      smtp: { host: 'smtp.example.org', port: 465, security: 'tls', username: 'ada@example.org' },
      auth: ['password'],
    });
  });

  it('prefers TLS over STARTTLS whatever comes first, and never takes POP3', () => {
    const found = read(
      provider(
        incoming({ type: 'pop3', host: 'pop.example.org', port: '995' }),
        incoming({ socket: 'STARTTLS', port: '143' }),
        incoming(),
        outgoing({ socket: 'STARTTLS', port: '587' }),
      ),
    );
    expect([found?.imap.port, found?.smtp.port, found?.smtp.security]).toEqual([993, 587, 'starttls']);
  });

  it.each([
    { name: 'the address', user: '%EMAILADDRESS%', email: 'ada@example.org', is: 'ada@example.org' },
    { name: 'the local part', user: '%EMAILLOCALPART%', email: 'ada@example.org', is: 'ada' },
    {
      name: 'a realm of its own',
      user: '%EMAILLOCALPART%+%EMAILDOMAIN%',
      email: 'ada@example.org',
      is: 'ada+example.org',
    },
    { name: 'a fixed name', user: 'everybody', email: 'ada@example.org', is: 'everybody' },
    { name: 'a quoted local part', user: '%EMAILLOCALPART%', email: '"a b@c"@example.org', is: '"a b@c"' },
    {
      name: 'a local part that looks like a pattern',
      user: '%EMAILADDRESS%',
      email: "a$&$'b@example.org",
      is: "a$&$'b@example.org",
    },
    {
      name: 'a local part that looks like a placeholder',
      user: '%EMAILADDRESS%',
      email: '%EMAILDOMAIN%@example.org',
      is: '%EMAILDOMAIN%@example.org',
    },
  ])('fills in $name', ({ user, email, is }) => {
    expect(read(provider(incoming({ user }), outgoing()), email)?.imap.username).toBe(is);
  });

  it.each([
    { name: 'a password', imap: ['password-cleartext'], smtp: ['password-cleartext'], is: ['password'] },
    { name: 'an encrypted password', imap: ['password-encrypted'], smtp: ['password-cleartext'], is: ['password'] },
    {
      name: 'OAuth and password',
      imap: ['OAuth2', 'password-cleartext'],
      smtp: ['OAuth2', 'plain'],
      is: ['password', 'oauth2'],
    },
    { name: 'OAuth alone', imap: ['OAuth2'], smtp: ['OAuth2'], is: ['oauth2'] },
    { name: 'what only one side takes', imap: ['OAuth2', 'plain'], smtp: ['plain'], is: ['password'] },
    { name: 'nothing said', imap: [], smtp: [], is: ['password'] },
  ])('understands $name', ({ imap, smtp, is }) => {
    expect(read(provider(incoming({ auth: imap }), outgoing({ auth: smtp })))?.auth).toEqual(is);
  });
});

describe('a document that cannot be used', () => {
  const entities = `<!DOCTYPE x [<!ENTITY host "imap.evil.example">]>${provider(incoming({ host: '&host;' }), outgoing())}`;
  const laughs = `<!DOCTYPE lolz [<!ENTITY a "ha">${'bcdefgh'
    .split('')
    .map((name, at) => `<!ENTITY ${name} "${`&${'abcdefg'[at]};`.repeat(10)}">`)
    .join('')}]>${provider(`<displayName>&h;</displayName>`, incoming(), outgoing())}`;
  const external = `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>${provider(incoming({ user: '&f;' }), outgoing())}`;

  it.each([
    { name: 'nothing', xml: '' },
    { name: 'a web page', xml: '<!doctype html><html><body>Welcome</body></html>' },
    { name: 'text', xml: 'no such domain' },
    { name: 'XML that breaks off', xml: provider(incoming(), outgoing()).slice(0, 300) },
    { name: 'entities of its own', xml: entities },
    { name: 'a billion laughs', xml: laughs },
    { name: 'an external entity', xml: external },
    { name: 'an entity without a document type as host', xml: provider(incoming({ host: '&host;' }), outgoing()) },
    { name: 'one megabyte', xml: provider(incoming(), outgoing(), ' '.repeat(1024 * 1024)) },
    { name: 'tags in tags in tags', xml: provider(incoming(), outgoing(), '<a>'.repeat(5000), '</a>'.repeat(5000)) },
    { name: 'no email provider', xml: '<clientConfig version="1.1"/>' },
    { name: 'an empty provider', xml: provider() },
    { name: 'only POP3', xml: provider(incoming({ type: 'pop3' }), outgoing()) },
    { name: 'no outgoing server', xml: provider(incoming()) },
    { name: 'IMAP in the clear', xml: provider(incoming({ socket: 'plain', port: '143' }), outgoing()) },
    { name: 'SMTP in the clear', xml: provider(incoming(), outgoing({ socket: 'plain', port: '25' })) },
    { name: 'a host that is none', xml: provider(incoming({ host: 'imap example org/x' }), outgoing()) },
    { name: 'a port that is none', xml: provider(incoming({ port: '70000' }), outgoing()) },
    { name: 'a placeholder nobody knows', xml: provider(incoming({ user: '%REALNAME%' }), outgoing()) },
    { name: 'a user name on two lines', xml: provider(incoming({ user: 'a\r\nb' }), outgoing()) },
    { name: 'a way in that we do not have', xml: provider(incoming({ auth: ['GSSAPI', 'NTLM'] }), outgoing()) },
    { name: 'sending without signing in', xml: provider(incoming(), outgoing({ auth: ['none'] })) },
    { name: 'names of the language', xml: '<__proto__><constructor/></__proto__>' },
  ])('$name gives nothing', ({ xml }) => {
    expect(read(xml)).toBeNull();
  });

  it('is judged by its size before it is read', () => {
    const full = provider(incoming(), outgoing());
    const filled = full.padEnd(MAX_AUTOCONFIG_BYTES, ' ');
    expect(parseAutoconfig(Buffer.from(filled), address)).not.toBeNull();
    expect(parseAutoconfig(Buffer.from(`${filled} `), address)).toBeNull();
  });
});
