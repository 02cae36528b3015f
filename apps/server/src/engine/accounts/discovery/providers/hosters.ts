/** Hosters: most addresses are in domains of one’s own, which their mail exchangers give away. */
import { imap, type Provider, smtp } from './provider.ts';

const IONOS_HELP = 'The password of this mailbox, as set in your IONOS account under Email.';

/** By name of the mail exchanger. */
export const HOSTERS: readonly Provider[] = [
  {
    id: 'ionos-de',
    name: 'IONOS',
    domains: ['online.de', 'onlinehome.de'],
    mx: ['ionos.de', 'kundenserver.de', '1und1.de', 'schlund.de'],
    imap: imap('imap.ionos.de'),
    smtp: smtp('smtp.ionos.de'),
    auth: ['password'],
    help: { text: IONOS_HELP },
  },
  {
    id: 'ionos-com',
    name: 'IONOS',
    domains: [],
    mx: ['ionos.com', '1and1.com', 'perfora.net'],
    imap: imap('imap.ionos.com'),
    smtp: smtp('smtp.ionos.com'),
    auth: ['password'],
    help: { text: IONOS_HELP },
  },
  {
    id: 'ovh',
    name: 'OVHcloud',
    domains: [],
    mx: ['mail.ovh.net'],
    imap: imap('ssl0.ovh.net'),
    smtp: smtp('ssl0.ovh.net'),
    auth: ['password'],
    help: { text: 'The password of this mailbox, as set in the OVHcloud control panel under Emails.' },
  },
  {
    id: 'strato',
    name: 'STRATO',
    domains: [],
    mx: ['rzone.de'],
    imap: imap('imap.strato.de'),
    smtp: smtp('smtp.strato.de'),
    auth: ['password'],
    help: {
      text: 'The password of this mailbox, as set in your STRATO login under E-Mail.',
      url: 'https://www.strato.de/faq/mail/externes-e-mail-programm-mit-strato-e-mail-adresse-nutzen/',
    },
  },
  {
    id: 'infomaniak',
    name: 'Infomaniak',
    domains: ['ik.me', 'ikmail.com', 'etik.com'],
    mx: ['infomaniak.ch', 'infomaniak.com'],
    imap: imap('mail.infomaniak.com'),
    smtp: smtp('mail.infomaniak.com'),
    auth: ['password', 'app-password'],
    help: {
      text: 'The password of this address, which is not the one of your Infomaniak account; a device password made for it works as well.',
      url: 'https://www.infomaniak.com/en/support/faq/admin2/email-service',
    },
  },
  {
    id: 'migadu',
    name: 'Migadu',
    domains: [],
    mx: ['migadu.com'],
    imap: imap('imap.migadu.com'),
    smtp: smtp('smtp.migadu.com'),
    auth: ['password'],
    help: { text: 'The password of this mailbox, as set by whoever manages your domain at Migadu.' },
  },
  {
    id: 'runbox',
    name: 'Runbox',
    domains: ['runbox.com', 'runbox.no', 'runbox.eu', 'runbox.us'],
    mx: ['runbox.com'],
    imap: imap('mail.runbox.com'),
    smtp: smtp('mail.runbox.com'),
    auth: ['password', 'app-password'],
    help: {
      text: 'Your Runbox password. With two-step verification on, an app password: Account, Account Security.',
      url: 'https://help.runbox.com/email-program-settings/',
    },
  },
  {
    id: 'purelymail',
    name: 'Purelymail',
    domains: ['purelymail.com'],
    mx: ['purelymail.com'],
    imap: imap('imap.purelymail.com'),
    smtp: smtp('smtp.purelymail.com'),
    auth: ['password', 'app-password'],
    help: {
      text: 'Your Purelymail password. With two-factor authentication on, an app password, made on the page of the user.',
      url: 'https://purelymail.com/docs',
    },
  },
];
