/** Providers that are used all over the world. */
import { imap, type Provider, server, smtp, submission, words } from './provider.ts';

const MICROSOFT_HELP =
  'Microsoft lets mail programs in only by its own sign-in page (OAuth), not by a password. Whoever runs this server can set it up (MICROSOFT_CLIENT_ID); until then this account cannot be connected.';
const ZOHO_HELP =
  'Switch IMAP access on first: Settings, Mail Accounts, IMAP. With two-factor authentication on, make an app password under Security in your Zoho account and use it here.';

/** Zoho keeps accounts by region; mailboxes of one's own domain are on other hosts than personal ones. */
function zoho(region: 'com' | 'eu' | 'in', name: string): Provider[] {
  const rest = {
    auth: ['password', 'app-password'] satisfies Provider['auth'],
    help: { text: ZOHO_HELP, url: 'https://www.zoho.com/mail/help/imap-access.html' },
  };
  return [
    {
      id: `zoho-${region}`,
      name,
      domains: [`zoho.${region}`, `zohomail.${region}`],
      mx: [],
      imap: imap(`imap.zoho.${region}`),
      smtp: smtp(`smtp.zoho.${region}`),
      ...rest,
    },
    {
      id: `zoho-${region}-organization`,
      name,
      domains: [],
      mx: [`zoho.${region}`],
      imap: imap(`imappro.zoho.${region}`),
      smtp: smtp(`smtppro.zoho.${region}`),
      ...rest,
    },
  ];
}

/** Consumer service first, then the same provider’s service for domains of one’s own. */
export const WORLDWIDE: readonly Provider[] = [
  {
    id: 'gmail',
    name: 'Gmail',
    domains: ['gmail.com', 'googlemail.com'],
    mx: [],
    imap: imap('imap.gmail.com'),
    smtp: smtp('smtp.gmail.com'),
    auth: ['app-password'],
    help: {
      text: 'Gmail wants an app password, not the one of your Google account. Turn 2-Step Verification on, then make one on the page "App passwords" of your Google account.',
      url: 'https://support.google.com/accounts/answer/185833',
    },
  },
  {
    id: 'google-workspace',
    name: 'Google Workspace',
    domains: [],
    mx: ['l.google.com', 'googlemail.com', 'smtp.google.com'],
    imap: imap('imap.gmail.com'),
    smtp: smtp('smtp.gmail.com'),
    auth: ['app-password'],
    help: {
      text: 'Google wants an app password, not the one of your Google account. Turn 2-Step Verification on, then make one on the page "App passwords" of your account. Your organization’s administrator may have switched IMAP or app passwords off.',
      url: 'https://support.google.com/accounts/answer/185833',
    },
  },
  {
    id: 'outlook',
    name: 'Outlook.com',
    domains: words(
      `outlook.com hotmail.com live.com msn.com windowslive.com outlook.de outlook.fr outlook.es outlook.it outlook.at
       outlook.jp outlook.com.au outlook.com.br hotmail.de hotmail.fr hotmail.it hotmail.es hotmail.nl hotmail.be
       hotmail.ca hotmail.co.uk live.de live.fr live.it live.nl live.be live.at live.ca live.co.uk live.com.au`,
    ),
    mx: ['olc.protection.outlook.com'],
    imap: imap('outlook.office365.com'),
    smtp: submission('smtp-mail.outlook.com'),
    auth: ['oauth2'],
    help: { text: MICROSOFT_HELP },
  },
  {
    id: 'microsoft-365',
    name: 'Microsoft 365',
    domains: ['office365.com'],
    mx: ['mail.protection.outlook.com', 'mx.microsoft'],
    imap: imap('outlook.office365.com'),
    smtp: submission('smtp.office365.com'),
    auth: ['oauth2'],
    help: { text: MICROSOFT_HELP },
  },
  {
    id: 'yahoo',
    name: 'Yahoo Mail',
    domains: words(
      `yahoo.com ymail.com rocketmail.com myyahoo.com yahoo.ca yahoo.de yahoo.it yahoo.fr yahoo.es yahoo.se yahoo.co.in
       yahoo.co.uk yahoo.co.nz yahoo.com.au yahoo.com.ar yahoo.com.br yahoo.com.mx`,
    ),
    mx: ['am0.yahoodns.net'],
    imap: imap('imap.mail.yahoo.com'),
    smtp: smtp('smtp.mail.yahoo.com'),
    auth: ['app-password'],
    help: {
      text: 'Yahoo wants an app password. Sign in on Yahoo’s page "Account security", choose "Generate app password", and type what it shows, without spaces.',
      url: 'https://login.yahoo.com/account/security',
    },
  },
  {
    id: 'aol',
    name: 'AOL Mail',
    domains: words(
      `aol.com aim.com netscape.net compuserve.com aol.de aol.it aol.fr aol.es aol.se aol.co.uk aol.co.nz aol.com.au`,
    ),
    mx: ['gm0.yahoodns.net'],
    imap: imap('imap.aol.com'),
    smtp: smtp('smtp.aol.com'),
    auth: ['app-password'],
    help: {
      text: 'AOL wants an app password. Sign in on AOL’s page "Account security" and choose "Generate app password".',
      url: 'https://login.aol.com/account/security',
    },
  },
  {
    id: 'icloud',
    name: 'iCloud Mail',
    domains: ['icloud.com', 'me.com', 'mac.com'],
    mx: ['mail.icloud.com'],
    imap: { ...imap('imap.mail.me.com'), username: 'local-part' },
    smtp: submission('smtp.mail.me.com'),
    auth: ['app-password'],
    help: {
      text: 'iCloud wants an app-specific password. Sign in at account.apple.com and make one under "Sign-In and Security".',
      url: 'https://support.apple.com/102654',
    },
  },
  {
    id: 'fastmail',
    name: 'Fastmail',
    domains: ['fastmail.com', 'fastmail.fm', 'fastmail.net', 'fastmail.org', 'fastmail.de', 'sent.com'],
    mx: ['messagingengine.com'],
    imap: imap('imap.fastmail.com'),
    smtp: smtp('smtp.fastmail.com'),
    auth: ['app-password'],
    help: {
      text: 'Fastmail wants an app password: Settings, Privacy & Security, Manage app passwords and access. It has to allow IMAP and SMTP.',
      url: 'https://www.fastmail.help/hc/en-us/articles/360058752854',
    },
  },
  ...zoho('com', 'Zoho Mail'),
  ...zoho('eu', 'Zoho Mail (Europe)'),
  ...zoho('in', 'Zoho Mail (India)'),
  {
    id: 'proton',
    name: 'Proton Mail (Bridge)',
    domains: ['proton.me', 'protonmail.com', 'protonmail.ch', 'pm.me'],
    mx: ['protonmail.ch'],
    imap: server('127.0.0.1', 1143, 'starttls'),
    smtp: server('127.0.0.1', 1025, 'starttls'),
    auth: ['app-password'],
    help: {
      text: 'Proton Mail offers IMAP only through its Bridge app, which has to run on the machine Postroom runs on; whoever runs Postroom allows it with MAIL_EGRESS_ALLOW=127.0.0.1. Use the password that Bridge shows, not your Proton password.',
      url: 'https://proton.me/mail/bridge',
    },
  },
];
