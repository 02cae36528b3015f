/** Text of a private Postfix configuration (main.cf, master.cf, tables). Pure: paths and ports in, text out. */

/** What `startPostfix` lets its callers choose. */
export interface PostfixSettings {
  /** Announced by SIZE and enforced. Default 50 MB. */
  messageSizeLimit?: number;
  /** Answers to RCPT TO for single addresses, e.g. `{ 'gone@lab.test': '550 5.1.1 No such user' }`. */
  recipientReplies?: Record<string, string>;
  /** Answers to MAIL FROM for single addresses. */
  senderReplies?: Record<string, string>;
  /** What happens to mail for other domains: thrown away after it was accepted (default), or refused at RCPT TO. */
  outbound?: 'discard' | 'reject';
  /** Addresses of other domains that Postfix delivers by itself, which takes SMTPUTF8 as Dovecot's LMTP does not. */
  ownMailboxes?: readonly string[];
  /** Domain delivered to Dovecot. Default `lab.test`. */
  domain?: string;
  /** More lines for main.cf, put last. */
  extraConfig?: string;
}

/** Where one instance lives and whom it serves. */
export interface PostfixPlace {
  directory: string;
  ports: { smtp: number; submission: number; submissions: number };
  certFile: string;
  keyFile: string;
  authSocket: string;
  lmtpSocket: string;
}

/** Directories Postfix's queue manager expects in its queue directory. */
export const QUEUE_DIRECTORIES = [
  'active',
  'bounce',
  'corrupt',
  'defer',
  'deferred',
  'flush',
  'hold',
  'incoming',
  'maildrop',
  'pid',
  'private',
  'public',
  'saved',
  'trace',
];

/** Owns the mailboxes that Postfix delivers into by itself; no user has this number. */
export const OWNER = 60_000;

/** Their domains, as they stand in tables. */
export function ownDomains({ ownMailboxes = [] }: PostfixSettings): string[] {
  return [...new Set(ownMailboxes.map((address) => address.slice(address.lastIndexOf('@') + 1)))];
}

/** main.cf. */
export function mainConfig(settings: PostfixSettings, place: PostfixPlace): string {
  const { directory } = place;
  const domain = settings.domain ?? 'lab.test';
  const outside = settings.outbound === 'reject' ? 'reject_unauth_destination,' : '';
  return `compatibility_level = 3.6
queue_directory = ${directory}/spool
data_directory = ${directory}/data
maillog_file = ${directory}/postfix.log
maillog_file_prefixes = /
multi_instance_enable = no
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.${domain}
mydomain = ${domain}
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
disable_dns_lookups = yes
smtpd_peername_lookup = no
biff = no
append_dot_mydomain = no
alias_maps =
alias_database =
local_recipient_maps =
local_transport = error:no local users
default_transport = discard:
relay_transport = discard:
virtual_mailbox_domains = ${[domain, ...ownDomains(settings)].join(' ')}
transport_maps = texthash:${directory}/conf/transports
virtual_mailbox_base = ${directory}/mailboxes
virtual_uid_maps = static:${OWNER}
virtual_gid_maps = static:${OWNER}
virtual_mailbox_maps = texthash:${directory}/conf/mailboxes
virtual_transport = lmtp:unix:${place.lmtpSocket}
recipient_delimiter = +
message_size_limit = ${settings.messageSizeLimit ?? 52_428_800}
mailbox_size_limit = 0
virtual_mailbox_limit = 0
lmtp_line_length_limit = 0
disable_mime_output_conversion = yes
local_header_rewrite_clients =
smtputf8_enable = yes
smtpd_tls_cert_file = ${place.certFile}
smtpd_tls_key_file = ${place.keyFile}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${place.authSocket}
smtpd_sasl_security_options = noanonymous
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_sender_restrictions = check_sender_access texthash:${directory}/conf/senders
smtpd_recipient_restrictions =
  check_recipient_access texthash:${directory}/conf/recipients,
  ${outside}
  reject_unlisted_recipient
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 100
smtpd_hard_error_limit = 200
queue_run_delay = 5s
minimal_backoff_time = 5s
maximal_backoff_time = 10s
in_flow_delay = 0
default_destination_concurrency_limit = 20
anvil_rate_time_unit = 3600s
${settings.extraConfig ?? ''}
`;
}

/** master.cf: the three listeners and the services they need, none in a chroot. */
export function masterConfig({ ports }: PostfixPlace): string {
  const submission = '-o smtpd_sasl_auth_enable=yes -o smtpd_relay_restrictions=permit_sasl_authenticated,reject';
  const clients = '-o smtpd_client_restrictions=permit_sasl_authenticated,reject';
  return `
127.0.0.1:${ports.smtp} inet n - n - - smtpd
127.0.0.1:${ports.submission} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt ${submission} ${clients}
127.0.0.1:${ports.submissions} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes ${submission} ${clients}
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
`;
}

/** A table of `texthash` lines. */
export function table(rows: Record<string, string>): string {
  return Object.entries(rows)
    .map(([key, value]) => `${key} ${value}\n`)
    .join('');
}
