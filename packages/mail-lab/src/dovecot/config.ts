/** Text of a private Dovecot 2.3 configuration. Pure: paths and ports in, text out. */

/** A mail user. */
export interface LabUser {
  /** Login name, which is also the address. */
  user: string;
  password: string;
}

/** Where a special-use mailbox (RFC 6154) lies. */
export interface SpecialMailbox {
  /** Path below the namespace prefix, decoded, with `/` between levels. */
  name: string;
  /** `\Sent` and the like; none for an ordinary mailbox that shall exist from the start. */
  specialUse?: '\\Drafts' | '\\Sent' | '\\Junk' | '\\Trash' | '\\Archive' | '\\All' | '\\Flagged';
}

/** What `startDovecot` lets its callers choose about the server. */
export interface DovecotSettings {
  /** Overrides what the server says it can do, e.g. `['IMAP4rev1']`; it still honours what it does not announce. */
  capabilities?: string[];
  /** Connections a user may have from one address. Default 200. */
  mailMaxUserIpConnections?: number;
  /** Mailboxes made and subscribed for each user. Default: `SPECIAL_MAILBOXES`. */
  mailboxes?: SpecialMailbox[];
  /** Whether LIST tells the special use. Default true. */
  announceSpecialUse?: boolean;
  /** Prefix of the personal namespace, e.g. `INBOX.`, as Courier and cPanel have it. Default none. */
  prefix?: string;
  /** Hierarchy separator. Default `/`, with a prefix the prefix's last character. */
  separator?: '/' | '.';
  /** Dovecot's `protocols`. Default `imap lmtp`. */
  protocols?: string[];
  /** Bytes a user may keep (QUOTA, RFC 9208; OVERQUOTA on APPEND). Default unlimited. */
  quotaBytes?: number;
  /** How long a failed login is made to wait. Default 0. */
  authFailureDelayMs?: number;
  /** Whether STARTTLS and implicit TLS are offered. Default true. */
  tls?: boolean;
  /** Refuses LOGIN before STARTTLS (LOGINDISABLED). Default false. */
  requireTls?: boolean;
  /** Takes access tokens, which it has checked by introspection (RFC 7662) at this address. */
  oauth?: { introspectionUrl: string; mechanisms?: ('xoauth2' | 'oauthbearer')[] };
  /** More lines of configuration, put last. */
  extraConfig?: string;
}

/** Where one instance lives. */
export interface DovecotPlace {
  directory: string;
  ports: { imap: number; imaps: number; lmtp: number };
  certFile: string;
  keyFile: string;
}

/** The five mailboxes most servers have beside INBOX, by their English names. */
export const SPECIAL_MAILBOXES: SpecialMailbox[] = [
  { name: 'Drafts', specialUse: '\\Drafts' },
  { name: 'Sent', specialUse: '\\Sent' },
  { name: 'Junk', specialUse: '\\Junk' },
  { name: 'Trash', specialUse: '\\Trash' },
  { name: 'Archive', specialUse: '\\Archive' },
];

/** The same five as servers name them for people who speak German, Japanese and Russian. */
export const LOCALISED_MAILBOXES: Record<'de' | 'ja' | 'ru', SpecialMailbox[]> = {
  de: localised(['Entwürfe', 'Gesendet', 'Spam', 'Papierkorb', 'Archiv']),
  ja: localised(['下書き', '送信済みメール', '迷惑メール', 'ゴミ箱', 'アーカイブ']),
  ru: localised(['Черновики', 'Отправленные', 'Спам', 'Корзина', 'Архив']),
};

function localised(names: string[]): SpecialMailbox[] {
  return SPECIAL_MAILBOXES.map((mailbox, index) => ({ ...mailbox, name: names[index] ?? mailbox.name }));
}

/** User and group the mail belongs to: Dovecot refuses root's, so root gets an unprivileged number. */
export function mailOwner(): { uid: number; gid: number } {
  const uid = process.getuid?.() ?? 0;
  return uid === 0 ? { uid: 5000, gid: 5000 } : { uid, gid: process.getgid?.() ?? uid };
}

/** Separator of a server's hierarchy under these settings. */
export function separatorOf(settings: DovecotSettings): '/' | '.' {
  if (settings.separator) return settings.separator;
  return settings.prefix?.endsWith('.') ? '.' : '/';
}

function namespaceBlock(settings: DovecotSettings): string {
  const separator = separatorOf(settings);
  const mailboxes = (settings.mailboxes ?? SPECIAL_MAILBOXES).map(({ name, specialUse }) => {
    const use = specialUse && settings.announceSpecialUse !== false ? `\n    special_use = ${specialUse}` : '';
    return `  mailbox "${name.replaceAll('/', separator)}" {\n    auto = subscribe${use}\n  }`;
  });
  const head = `  inbox = yes\n  separator = ${separator}\n  prefix = ${settings.prefix ?? ''}`;
  return `namespace inbox {\n${head}\n${mailboxes.join('\n')}\n}`;
}

function quotaBlock(settings: DovecotSettings): string {
  if (settings.quotaBytes === undefined) return '';
  return [
    'mail_plugins = quota',
    'protocol imap {\n  mail_plugins = quota imap_quota\n}',
    `plugin {\n  quota = maildir:User quota\n  quota_rule = *:bytes=${settings.quotaBytes}\n  quota_grace = 0\n}`,
  ].join('\n');
}

function tlsBlock(settings: DovecotSettings, place: DovecotPlace): string {
  if (settings.tls === false) return 'ssl = no';
  return `ssl = ${settings.requireTls ? 'required' : 'yes'}\nssl_cert = <${place.certFile}\nssl_key = <${place.keyFile}`;
}

const tokenMechanisms = ({ oauth }: DovecotSettings): string[] =>
  oauth === undefined ? [] : (oauth.mechanisms ?? ['xoauth2', 'oauthbearer']);

function tokenBlock(settings: DovecotSettings, { directory }: DovecotPlace): string {
  if (settings.oauth === undefined) return '';
  return `passdb {
  driver = oauth2
  mechanisms = ${tokenMechanisms(settings).join(' ')}
  args = ${directory}/oauth2.conf
}`;
}

/** How tokens are checked; its own file, null where none are taken. */
export function tokenFile({ oauth }: DovecotSettings): string | null {
  if (oauth === undefined) return null;
  return `introspection_mode = post
introspection_url = ${oauth.introspectionUrl}
active_attribute = active
active_value = true
username_attribute = sub
username_format = %u
`;
}

function processBlock(): string {
  const user = process.getuid?.() === 0 ? '' : String(process.env.USER ?? process.getuid?.());
  const asOneself = user
    ? `default_internal_user = ${user}\ndefault_login_user = ${user}\ndefault_internal_group =\n` +
      `service imap-login {\n  chroot =\n}\nservice anvil {\n  chroot =\n}\n`
    : '';
  return asOneself;
}

function listenerBlock(settings: DovecotSettings, { ports }: DovecotPlace): string {
  const listener = (name: string, port: number, more = '') =>
    `  inet_listener ${name} {\n    address = 127.0.0.1\n    port = ${port}${more}\n  }`;
  const imaps =
    settings.tls === false
      ? '  inet_listener imaps {\n    port = 0\n  }'
      : listener('imaps', ports.imaps, '\n    ssl = yes');
  return `
service imap-login {
  service_count = 0
  client_limit = 2000
${listener('imap', ports.imap)}
${imaps}
}
service lmtp {
${listener('lmtp', ports.lmtp)}
  unix_listener lmtp {
    mode = 0666
  }
}
service auth {
  unix_listener auth-submission {
    mode = 0666
  }
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap {
  process_limit = 2000
  # A million messages in one mailbox need more than the default quarter of a gigabyte.
  vsz_limit = 4G
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}`;
}

/** The whole configuration file. */
export function dovecotConfig(settings: DovecotSettings, place: DovecotPlace): string {
  const { directory } = place;
  const owner = mailOwner();
  const capability = settings.capabilities ? `imap_capability = ${settings.capabilities.join(' ')}` : '';
  return `
base_dir = ${directory}/run
state_dir = ${directory}/state
log_path = ${directory}/dovecot.log
protocols = ${(settings.protocols ?? ['imap', 'lmtp']).join(' ')}
listen = 127.0.0.1
instance_name = ${directory}
mail_location = maildir:~/Maildir
mail_max_userip_connections = ${settings.mailMaxUserIpConnections ?? 200}
first_valid_uid = 1
auth_mechanisms = ${['plain', 'login', ...tokenMechanisms(settings)].join(' ')}
auth_failure_delay = ${settings.authFailureDelayMs ?? 0} msecs
disable_plaintext_auth = ${settings.requireTls ? 'yes' : 'no'}
lmtp_save_to_detail_mailbox = no
recipient_delimiter = +
submission_host =
postmaster_address = postmaster@lab.test
hostname = mail.lab.test
${tlsBlock(settings, place)}
${tokenBlock(settings, place)}
passdb {
  driver = passwd-file
  mechanisms = plain login none
  args = scheme=PLAIN username_format=%u ${directory}/users
}
userdb {
  driver = static
  args = uid=${owner.uid} gid=${owner.gid} home=${directory}/mail/%u
}
${processBlock()}${listenerBlock(settings, place)}
${namespaceBlock(settings)}
${quotaBlock(settings)}
${capability}
${settings.extraConfig ?? ''}
`;
}

/** The passwd-file for these users. */
export function usersFile(users: LabUser[]): string {
  return users.map(({ user, password }) => `${user}:{PLAIN}${password}::::::\n`).join('');
}
