/** Providers that are used in one country or one language. */
import { imap, type Provider, smtp, words } from './provider.ts';

const NETEASE_HELP =
  'Switch IMAP/SMTP on in the settings of your mailbox on the web. You are given an authorization code there: type that instead of your password.';

/** NetEase runs the same service under three names. */
function netease(domain: '163.com' | '126.com' | 'yeah.net'): Provider {
  return {
    id: domain,
    name: `NetEase ${domain}`,
    domains: [domain],
    mx: [],
    imap: imap(`imap.${domain}`),
    smtp: smtp(`smtp.${domain}`),
    auth: ['app-password'],
    help: { text: NETEASE_HELP, url: `https://mail.${domain}/` },
  };
}

/** Germany first, then Russia, then China. */
export const REGIONAL: readonly Provider[] = [
  {
    id: 'gmx-net',
    name: 'GMX',
    domains: ['gmx.net', 'gmx.de', 'gmx.at', 'gmx.ch', 'gmx.eu', 'gmx.org', 'gmx.info', 'gmx.biz'],
    mx: ['gmx.net'],
    imap: imap('imap.gmx.net'),
    smtp: smtp('mail.gmx.net'),
    auth: ['password', 'app-password'],
    help: {
      text: 'Allow IMAP first: on gmx.net under E-Mail, Settings, "POP3/IMAP". Then your GMX password works here; with two-factor authentication on, an application-specific one.',
      url: 'https://hilfe.gmx.net/pop-imap/einschalten.html',
    },
  },
  {
    id: 'gmx-com',
    name: 'GMX',
    domains: words('gmx.com gmx.us gmx.co.uk gmx.fr gmx.es gmx.it gmx.ca gmx.ie gmx.pt gmx.se'),
    mx: ['gmx.com'],
    imap: imap('imap.gmx.com'),
    smtp: smtp('mail.gmx.com'),
    auth: ['password', 'app-password'],
    help: {
      text: 'Allow IMAP first: on gmx.com under Email, Settings, "POP3 & IMAP". Then your GMX password works here; with two-factor authentication on, an application-specific one.',
      url: 'https://support.gmx.com/pop-imap/toggle.html',
    },
  },
  {
    id: 'web.de',
    name: 'WEB.DE',
    domains: ['web.de'],
    mx: ['web.de'],
    imap: imap('imap.web.de'),
    smtp: smtp('smtp.web.de'),
    auth: ['password', 'app-password'],
    help: {
      text: 'Allow IMAP first: on web.de under E-Mail, Settings, "POP3/IMAP". Then your WEB.DE password works here; with two-factor authentication on, an application-specific one.',
      url: 'https://hilfe.web.de/pop-imap/einschalten.html',
    },
  },
  {
    id: 'mailbox.org',
    name: 'mailbox.org',
    domains: ['mailbox.org'],
    mx: ['mailbox.org'],
    imap: imap('imap.mailbox.org'),
    smtp: smtp('smtp.mailbox.org'),
    auth: ['password', 'app-password'],
    help: {
      text: 'Your mailbox.org password. With two-factor authentication on, a mail app password: All settings, Security, Mail app passwords.',
      url: 'https://kb.mailbox.org/en/private/e-mail/e-mail-configuration',
    },
  },
  {
    id: 'posteo',
    name: 'Posteo',
    domains: words(
      'posteo.de posteo.net posteo.org posteo.eu posteo.at posteo.ch posteo.be posteo.nl posteo.fr posteo.us',
    ),
    mx: ['posteo.de'],
    imap: imap('posteo.de'),
    smtp: smtp('posteo.de'),
    auth: ['password'],
    help: {
      text: 'Your Posteo password.',
      url: 'https://posteo.de/hilfe/wie-richte-ich-posteo-in-einem-mailprogramm-ein-pop3-imap-und-smtp',
    },
  },
  {
    id: 'yandex',
    name: 'Yandex Mail',
    domains: words('yandex.ru yandex.com yandex.by yandex.kz ya.ru narod.ru'),
    mx: ['mx.yandex.net', 'mx.yandex.ru'],
    imap: imap('imap.yandex.com'),
    smtp: smtp('smtp.yandex.com'),
    auth: ['app-password'],
    help: {
      text: 'Allow IMAP first: in Yandex Mail under All settings, "Email clients". Then make an app password for mail on your Yandex ID page and use it here.',
      url: 'https://id.yandex.com/security/app-passwords',
    },
  },
  {
    id: 'mail.ru',
    name: 'Mail.ru',
    domains: ['mail.ru', 'inbox.ru', 'list.ru', 'bk.ru', 'internet.ru'],
    mx: ['mail.ru'],
    imap: imap('imap.mail.ru'),
    smtp: smtp('smtp.mail.ru'),
    auth: ['app-password'],
    help: {
      text: 'Mail.ru wants a password for external applications: Settings, Security, "Passwords for external applications".',
      url: 'https://account.mail.ru/user/2-step-auth/passwords',
    },
  },
  {
    id: 'qq',
    name: 'QQ Mail',
    domains: ['qq.com', 'foxmail.com'],
    mx: [],
    imap: imap('imap.qq.com'),
    smtp: smtp('smtp.qq.com'),
    auth: ['app-password'],
    help: {
      text: 'Switch IMAP/SMTP on in the settings of QQ Mail on the web. You are given an authorization code there: type that instead of your password.',
      url: 'https://mail.qq.com/',
    },
  },
  netease('163.com'),
  netease('126.com'),
  netease('yeah.net'),
  {
    id: 't-online',
    name: 'T-Online',
    domains: ['t-online.de', 'magenta.de'],
    mx: ['t-online.de'],
    imap: imap('secureimap.t-online.de'),
    smtp: smtp('securesmtp.t-online.de'),
    auth: ['app-password'],
    help: {
      text: 'T-Online wants the password for mail programs, not the one of your Telekom login. You set it in the e-mail settings on telekom.de.',
      url: 'https://www.telekom.de/hilfe/apps-dienste/e-mail/programme/passwort-verwalten',
    },
  },
];
