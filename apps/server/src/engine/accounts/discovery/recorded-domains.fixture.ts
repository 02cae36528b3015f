/**
 * What the world answers for some well-known domains: their mail exchangers, their SRV records, ISPDB's and their own
 * autoconfiguration, as these are publicly documented; and the settings their providers publish for mail programs.
 * Written down, so that no test asks a network. Test code only.
 */

/** One server in an autoconfiguration: type, host, port, socket, user name. */
type Entry = readonly ['imap' | 'pop3' | 'smtp', string, number, 'SSL' | 'STARTTLS', string?];

/** Thunderbird's format, as ISPDB serves it: POP3 among it, and more than the servers. */
export function autoconfigOf(id: string, name: string, entries: readonly Entry[]): string {
  const servers = entries.map(([type, host, port, socket, user = '%EMAILADDRESS%']) => {
    const tag = type === 'smtp' ? 'outgoingServer' : 'incomingServer';
    return `    <${tag} type="${type}">
      <hostname>${host}</hostname>
      <port>${port}</port>
      <socketType>${socket}</socketType>
      <username>${user}</username>
      <authentication>password-cleartext</authentication>
    </${tag}>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="${id}">
    <domain>${id}</domain>
    <displayName>${name}</displayName>
    <displayShortName>${name}</displayShortName>
${servers.join('\n')}
    <documentation url="https://www.${id}/help"><descr lang="en">IMAP &amp; SMTP settings</descr></documentation>
  </emailProvider>
  <webMail><loginPage url="https://www.${id}/"/></webMail>
</clientConfig>`;
}

export interface RecordedDomain {
  readonly domain: string;
  readonly mx: readonly string[];
  /** `_imaps` and so on → target:port. */
  readonly srv?: Readonly<Record<string, string>>;
  readonly ispdb?: readonly Entry[];
  /** On `autoconfig.<domain>`. */
  readonly autoconfig?: readonly Entry[];
  /** On `/.well-known/autoconfig`. */
  readonly wellKnown?: readonly Entry[];
  /** Of the usual names, what listens. */
  readonly open?: readonly string[];
  /** source, IMAP, SMTP; user names where they are not the address. */
  readonly is: readonly [source: string, imap: string, smtp: string, username?: string, smtpUsername?: string];
}

const TLS = '993 tls';
const SMTPS = '465 tls';

/** Providers of the table: nothing is asked. */
const KNOWN_ROWS: readonly (readonly [
  domain: string,
  mx: string,
  imap: string,
  smtp: string,
  username?: string,
  smtpUsername?: string,
])[] = [
  ['gmail.com', 'gmail-smtp-in.l.google.com', `imap.gmail.com ${TLS}`, `smtp.gmail.com ${SMTPS}`],
  [
    'hotmail.com',
    'hotmail-com.olc.protection.outlook.com',
    `outlook.office365.com ${TLS}`,
    'smtp-mail.outlook.com 587 starttls',
  ],
  ['yahoo.com', 'mta5.am0.yahoodns.net', `imap.mail.yahoo.com ${TLS}`, `smtp.mail.yahoo.com ${SMTPS}`],
  ['aol.com', 'mx-aol.mail.gm0.yahoodns.net', `imap.aol.com ${TLS}`, `smtp.aol.com ${SMTPS}`],
  [
    'icloud.com',
    'mx01.mail.icloud.com',
    `imap.mail.me.com ${TLS}`,
    'smtp.mail.me.com 587 starttls',
    'ada',
    'ada@icloud.com',
  ],
  ['fastmail.com', 'in1-smtp.messagingengine.com', `imap.fastmail.com ${TLS}`, `smtp.fastmail.com ${SMTPS}`],
  ['gmx.de', 'mx00.emig.gmx.net', `imap.gmx.net ${TLS}`, `mail.gmx.net ${SMTPS}`],
  ['web.de', 'mx-ha02.web.de', `imap.web.de ${TLS}`, `smtp.web.de ${SMTPS}`],
  ['zoho.com', 'smtpin.zoho.com', `imap.zoho.com ${TLS}`, `smtp.zoho.com ${SMTPS}`],
  ['mailbox.org', 'mxext1.mailbox.org', `imap.mailbox.org ${TLS}`, `smtp.mailbox.org ${SMTPS}`],
  ['posteo.de', 'mx01.posteo.de', `posteo.de ${TLS}`, `posteo.de ${SMTPS}`],
  ['yandex.ru', 'mx.yandex.ru', `imap.yandex.com ${TLS}`, `smtp.yandex.com ${SMTPS}`],
  ['qq.com', 'mx3.qq.com', `imap.qq.com ${TLS}`, `smtp.qq.com ${SMTPS}`],
  ['163.com', '163mx01.mxmail.netease.com', `imap.163.com ${TLS}`, `smtp.163.com ${SMTPS}`],
];
const KNOWN = KNOWN_ROWS.map(
  ([domain, mx, imap, smtp, ...usernames]): RecordedDomain => ({
    domain,
    mx: [mx],
    is: ['provider', imap, smtp, ...usernames],
  }),
);

/** Domains of companies and people, kept at a provider that their mail exchanger tells. */
const BY_EXCHANGE: readonly RecordedDomain[] = [
  {
    domain: 'mozilla.com',
    mx: ['aspmx.l.google.com', 'alt1.aspmx.l.google.com', 'aspmx2.googlemail.com'],
    is: ['mx', `imap.gmail.com ${TLS}`, `smtp.gmail.com ${SMTPS}`],
  },
  {
    domain: 'google.com',
    mx: ['smtp.google.com'],
    is: ['mx', `imap.gmail.com ${TLS}`, `smtp.gmail.com ${SMTPS}`],
  },
  {
    domain: 'microsoft.com',
    mx: ['microsoft-com.mail.protection.outlook.com'],
    is: ['mx', `outlook.office365.com ${TLS}`, 'smtp.office365.com 587 starttls'],
  },
  {
    domain: 'zylker.eu',
    mx: ['mx.zoho.eu', 'mx2.zoho.eu', 'mx3.zoho.eu'],
    is: ['mx', `imappro.zoho.eu ${TLS}`, `smtppro.zoho.eu ${SMTPS}`],
  },
];

/** Providers that ISPDB knows. */
const BY_ISPDB: readonly RecordedDomain[] = [
  {
    domain: 'orange.fr',
    mx: ['smtp-in.orange.fr'],
    ispdb: [
      ['pop3', 'pop.orange.fr', 995, 'SSL', '%EMAILLOCALPART%'],
      ['imap', 'imap.orange.fr', 993, 'SSL', '%EMAILLOCALPART%'],
      ['smtp', 'smtp.orange.fr', 465, 'SSL', '%EMAILLOCALPART%'],
    ],
    is: ['ispdb', `imap.orange.fr ${TLS}`, `smtp.orange.fr ${SMTPS}`, 'ada'],
  },
  {
    domain: 'seznam.cz',
    mx: ['mx1.seznam.cz', 'mx2.seznam.cz'],
    ispdb: [
      ['imap', 'imap.seznam.cz', 993, 'SSL'],
      ['pop3', 'pop3.seznam.cz', 995, 'SSL'],
      ['smtp', 'smtp.seznam.cz', 465, 'SSL'],
    ],
    is: ['ispdb', `imap.seznam.cz ${TLS}`, `smtp.seznam.cz ${SMTPS}`],
  },
  {
    domain: 'libero.it',
    mx: ['smtp-in.libero.it'],
    ispdb: [
      ['imap', 'imapmail.libero.it', 993, 'SSL'],
      ['smtp', 'smtp.libero.it', 465, 'SSL'],
    ],
    is: ['ispdb', `imapmail.libero.it ${TLS}`, `smtp.libero.it ${SMTPS}`],
  },
  {
    domain: 'wp.pl',
    mx: ['mx.wp.pl'],
    ispdb: [
      ['pop3', 'pop3.wp.pl', 995, 'SSL'],
      ['imap', 'imap.wp.pl', 993, 'SSL'],
      ['smtp', 'smtp.wp.pl', 465, 'SSL'],
    ],
    is: ['ispdb', `imap.wp.pl ${TLS}`, `smtp.wp.pl ${SMTPS}`],
  },
  {
    domain: 'bluewin.ch',
    mx: ['mxbw.bluewin.ch'],
    ispdb: [
      ['imap', 'imaps.bluewin.ch', 993, 'SSL'],
      ['smtp', 'smtpauths.bluewin.ch', 465, 'SSL'],
    ],
    is: ['ispdb', `imaps.bluewin.ch ${TLS}`, `smtpauths.bluewin.ch ${SMTPS}`],
  },
  {
    domain: 'comcast.net',
    mx: ['mx1.comcast.net', 'mx2.comcast.net'],
    ispdb: [
      ['imap', 'imap.comcast.net', 993, 'SSL'],
      ['smtp', 'smtp.comcast.net', 587, 'STARTTLS'],
    ],
    is: ['ispdb', `imap.comcast.net ${TLS}`, 'smtp.comcast.net 587 starttls'],
  },
  {
    domain: 'naver.com',
    mx: ['mx1.naver.com'],
    ispdb: [
      ['pop3', 'pop.naver.com', 995, 'SSL', '%EMAILLOCALPART%'],
      ['imap', 'imap.naver.com', 993, 'SSL', '%EMAILLOCALPART%'],
      ['smtp', 'smtp.naver.com', 587, 'STARTTLS', '%EMAILLOCALPART%'],
    ],
    is: ['ispdb', `imap.naver.com ${TLS}`, 'smtp.naver.com 587 starttls', 'ada'],
  },
];

/** Domains that publish their settings themselves, and one that publishes nothing. */
const BY_THEMSELVES: readonly RecordedDomain[] = [
  {
    domain: 'riseup.net',
    mx: ['mx1.riseup.net'],
    autoconfig: [
      ['imap', 'mail.riseup.net', 993, 'SSL', '%EMAILLOCALPART%'],
      ['pop3', 'mail.riseup.net', 995, 'SSL', '%EMAILLOCALPART%'],
      ['smtp', 'mail.riseup.net', 465, 'SSL', '%EMAILLOCALPART%'],
    ],
    is: ['autoconfig', `mail.riseup.net ${TLS}`, `mail.riseup.net ${SMTPS}`, 'ada'],
  },
  {
    domain: 'disroot.org',
    mx: ['disroot.org'],
    wellKnown: [
      ['imap', 'disroot.org', 993, 'SSL'],
      ['smtp', 'disroot.org', 465, 'SSL'],
    ],
    srv: { _imaps: 'disroot.org:993', _submission: 'disroot.org:587' },
    is: ['autoconfig', `disroot.org ${TLS}`, `disroot.org ${SMTPS}`],
  },
  {
    domain: 'jmap.io',
    mx: ['in1-smtp.messagingengine.com', 'in2-smtp.messagingengine.com'],
    srv: {
      _imaps: 'imap.fastmail.com:993',
      _submissions: 'smtp.fastmail.com:465',
      _submission: 'smtp.fastmail.com:587',
    },
    is: ['srv', `imap.fastmail.com ${TLS}`, `smtp.fastmail.com ${SMTPS}`],
  },
  {
    domain: 'dovecot.org',
    mx: ['mail.dovecot.org'],
    open: ['mail.dovecot.org:143', 'mail.dovecot.org:587'],
    is: ['probe', 'mail.dovecot.org 143 starttls', 'mail.dovecot.org 587 starttls'],
  },
];

/** All of them. */
export const RECORDED_DOMAINS: readonly RecordedDomain[] = [...KNOWN, ...BY_EXCHANGE, ...BY_ISPDB, ...BY_THEMSELVES];
