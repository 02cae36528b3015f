/**
 * Text that would end a command, a header field or a line if it were put there as it is, the fields of the API that take
 * text, and what the servers may hear while a client says such things. Test code only.
 */

/** By what they try. None of their verbs and header fields is ever sent by the app itself. */
export const HAZARDS: Readonly<Record<string, string>> = {
  'a CR': 'a\rb',
  'a LF': 'a\nb',
  'a second IMAP command': 'a\r\nA1 DELETE INBOX\r\n',
  'a second SMTP command': 'a>\r\nRCPT TO:<mallory@evil.example>\r\n',
  'the end of the message': 'a\r\n.\r\nVRFY root\r\n',
  'a header field': 'a\r\nX-Pwned: 1',
  'a header field after LF alone': 'a\nX-Pwned: 1',
  'a folded line': 'a\r\n X-Pwned: 1',
  'a body': 'a\r\n\r\n<b>pwned</b>',
  'a header field in an encoded-word': '=?utf-8?q?a=0D=0AX-Pwned:_1?=',
  'a NUL': 'a\0b',
  'the length of a literal': 'a {10}',
  'a literal': '{10}\r\nA1 NOOP\r\n',
  'a literal that waits for nothing': 'a {3+}\r\nA1 DELETE INBOX',
  'a quote': 'a"b',
  'an end of a quoted string': '" DELETE "INBOX',
  'a backslash at the end': 'a\\',
  'wildcards and brackets': 'a%*(]){b<c>',
  'more addresses': 'a@lab.test>, <mallory@evil.example',
  'separators of lines beyond ASCII': 'a\u0085\u2028\u2029b',
  'letters beyond ASCII': 'é 你好 👋',
  'half of a character': 'a\ud800',
  'a text without end': 'a'.repeat(100_000),
};

/** One text of one procedure. */
export interface Field {
  readonly name: string;
  readonly path: string;
  readonly type?: 'query';
  /** `unique` is another word for each hazard; `messageId` names the message that is there. */
  readonly input: (hazard: string, unique: string, messageId: string) => unknown;
  /** It names a thing, and such a thing there is not. */
  readonly isId?: true;
}

const to = [{ name: 'Bob', email: 'bob@lab.test' }];
const plain = { to, subject: 'Hello', message: '<p>Hello</p>' };
const file = { name: 'a.txt', type: 'text/plain', size: 2, base64: 'aGk=' };

/** What is written, as it is when it is sent and when it is kept as a draft. */
const WRITING: readonly (readonly [string, (hazard: string, unique: string) => object])[] = [
  ['subject', (subject) => ({ subject })],
  ['name of a recipient', (name) => ({ to: [{ name, email: 'bob@lab.test' }] })],
  ['recipient', (email) => ({ to: [{ email }] })],
  ['recipient before the @', (hazard) => ({ to: [{ email: `${hazard}@lab.test` }] })],
  ['recipient after the @', (hazard) => ({ cc: [{ email: `bob@lab.test${hazard}` }] })],
  ['blind copy', (hazard) => ({ bcc: [{ name: hazard, email: `carol${hazard}@lab.test` }] })],
  ['sender', (fromEmail) => ({ fromEmail })],
  ['sender after the @', (hazard) => ({ fromEmail: `ada@lab.test${hazard}` })],
  [
    'name and type of a file',
    (hazard) => ({
      attachments: [{ ...file, name: hazard.slice(0, 500), type: `text/plain; name=${hazard}`.slice(0, 200) }],
    }),
  ],
  ['Content-ID of a file', (contentId) => ({ attachments: [{ ...file, inline: true, contentId }] })],
  ['content of a file', (base64) => ({ attachments: [{ ...file, base64 }] })],
  ['answered message', (hazard) => ({ inReplyTo: `<a${hazard}@lab.test>` })],
];

export const SENDING: readonly Field[] = [
  ...WRITING.map(([name, change]) => ({ name, change })),
  { name: 'a header field’s value', change: (value: string) => ({ headers: { 'X-Test': value } }) },
  { name: 'a header field’s name', change: (name: string) => ({ headers: { [`X-${name}`]: 'a' } }) },
  { name: 'the whole name of a header field', change: (name: string) => ({ headers: { [name]: 'a' } }) },
  {
    name: 'References and List-Unsubscribe',
    change: (text: string) => ({
      headers: { References: `<a@lab.test> ${text}`, 'List-Unsubscribe': `<https://${text}>` },
    }),
  },
  // Told apart by it alone, and not sent.
  { name: 'key', change: (idempotencyKey: string) => ({ idempotencyKey, sendAt: '2100-01-01T00:00:00Z' }) },
].map(({ name, change }) => ({
  name,
  path: 'mail.send',
  input: (hazard, unique) => ({ ...plain, ...change(hazard, unique) }),
}));

/** Of the message that is there, sent on as it is. */
export const REDIRECTING: readonly Field[] = (
  [
    ['name of a recipient', (name: string) => ({ to: [{ name, email: 'bob@lab.test' }] })],
    ['recipient', (email: string) => ({ to: [{ email }] })],
    ['recipient after the @', (hazard: string) => ({ cc: [{ email: `bob@lab.test${hazard}` }] })],
    ['blind copy', (hazard: string) => ({ bcc: [{ name: hazard, email: `carol${hazard}@lab.test` }] })],
    ['sender', (fromEmail: string) => ({ fromEmail })],
    ['sender after the @', (hazard: string) => ({ fromEmail: `ada@lab.test${hazard}` })],
    // Not one that something else was sent by.
    ['key', (key: string) => ({ idempotencyKey: `r${key}` })],
  ] as const
).map(([name, change]) => ({
  name,
  path: 'mail.redirect',
  input: (hazard, _unique, messageId) => ({ id: messageId, to, ...change(hazard) }),
}));

/** A draft takes what could not be sent yet, so that one may hold all of it; but for files, which are kept or refused. */
const isFile = ([name]: (typeof WRITING)[number]) => name.endsWith('of a file');
export const DRAFTING: readonly Field[] = [
  ...WRITING.filter(isFile),
  [
    'whole head',
    (hazard: string, unique: string) =>
      Object.assign({}, ...WRITING.filter((one) => !isFile(one)).map(([, change]) => change(hazard, unique))),
  ] as const,
].map(([name, change]) => ({
  name,
  path: 'drafts.create',
  input: (hazard, unique) => ({ ...plain, subject: unique, ...change(hazard, unique) }),
}));

/** Bodies are the client's own text: whatever it is, it stays in the body. */
export const BODIES: readonly Field[] = ['mail.send', 'drafts.create'].map((path) => ({
  name: 'body',
  path,
  input: (hazard) => ({ ...plain, message: `<p>${hazard}</p>`, ...(path === 'mail.send' ? { text: hazard } : {}) }),
}));

export const SEARCHING: readonly Field[] = [
  ...['', 'in:', 'label:', 'subject:', 'rfc822msgid:', 'before:', '('].flatMap((operator): Field[] => [
    {
      name: `q ${operator}`,
      path: 'mail.listThreads',
      type: 'query',
      input: (text) => ({ q: `${operator}${text}` }),
    },
    {
      name: `q ${operator}""`,
      path: 'mail.listThreads',
      type: 'query',
      input: (text) => ({ q: `${operator}"${text}"` }),
    },
  ]),
  { name: 'folder', path: 'mail.listThreads', type: 'query', input: (folder) => ({ folder }), isId: true },
  { name: 'cursor', path: 'mail.listThreads', type: 'query', input: (cursor) => ({ cursor }) },
  { name: 'q', path: 'drafts.list', type: 'query', input: (q) => ({ q }) },
  { name: 'page', path: 'drafts.list', type: 'query', input: (pageToken) => ({ pageToken }) },
  { name: 'q', path: 'contacts.search', type: 'query', input: (q) => ({ q }) },
  { name: 'email', path: 'contacts.hide', input: (email) => ({ email }) },
  { name: 'email', path: 'contacts.unhide', input: (email) => ({ email }) },
];

export const LABELLING: readonly Field[] = [
  { name: 'name', path: 'labels.create', input: (hazard, unique) => ({ name: `${unique}${hazard}` }) },
  {
    name: 'colour',
    path: 'labels.create',
    input: (hazard, unique) => ({ name: `c${unique}`, color: { backgroundColor: hazard, textColor: hazard } }),
  },
  { name: 'id', path: 'labels.delete', input: (id) => ({ id }), isId: true },
  { name: 'folder', path: 'mail.bulkMove', input: (to) => ({ ids: [], to }) },
];

export const IDENTITIES: readonly Field[] = [
  ...[
    ['name', (name: string) => ({ name })] as const,
    ['address', (email: string) => ({ email })] as const,
    ['address after the @', (hazard: string) => ({ email: `ada@lab.test${hazard}` })] as const,
    ['answer address', (replyTo: string) => ({ replyTo })] as const,
    ['signature', (signature: string) => ({ signature })] as const,
  ].map(
    ([name, change]): Field => ({
      name,
      path: 'identities.create',
      input: (hazard, unique) => ({
        connectionId: 'c1',
        name: 'Ada',
        email: `${unique}${name.replaceAll(/[^a-z]/g, '')}@lab.test`,
        ...change(hazard),
      }),
    }),
  ),
  ...(['name', 'subject', 'html'] as const).map(
    (name): Field => ({
      name: `template, ${name}`,
      path: 'templates.create',
      input: (hazard) => ({ name: 'Thanks', html: '<p>Thanks</p>', [name]: hazard }),
    }),
  ),
  { name: 'sender trusted', path: 'settings.save', input: (sender) => ({ trustedSenders: [sender] }) },
  { name: 'time zone', path: 'settings.save', input: (timezone) => ({ timezone }) },
  { name: 'shortcut', path: 'shortcuts.save', input: (keys, unique) => ({ [unique]: keys, [keys]: unique }) },
];

/** What any account’s session says by itself. */
const ALWAYS = [
  ...['CAPABILITY', 'ID', 'AUTHENTICATE', 'LOGIN', '(ANSWER)', 'ENABLE', 'NAMESPACE', 'LIST', 'LSUB', 'STATUS'],
  ...['SELECT', 'EXAMINE', 'UID FETCH', 'UID SEARCH', 'IDLE', 'DONE', 'NOOP', 'CLOSE', 'UNSELECT', 'LOGOUT'],
];

/** What is left of the commands when those are taken away that such a step may give. */
export function unexpected(commands: readonly string[], further: readonly string[] = []): string[] {
  const allowed = new Set([...ALWAYS, ...further]);
  return commands.filter((command) => !allowed.has(/^(?:UID )?[(\w)]+/.exec(command)?.[0].toUpperCase() ?? command));
}

/** Lines of a submission that are not exactly what it is made of. */
export const oddSmtp = (lines: readonly string[]): string[] =>
  lines.filter(
    (line) =>
      !/^(?:EHLO \S+|AUTH PLAIN( \S+)?|MAIL FROM:<ada@lab\.test>( [A-Z0-9]+(=\S+)?)*|RCPT TO:<[^\s<>]+@lab\.test>|DATA|QUIT)$/.test(
        line,
      ),
  );

const REQUIRED = ['content-type', 'date', 'from', 'message-id', 'mime-version', 'subject'];
const OPTIONAL = ['to', 'cc', 'in-reply-to', 'references', 'content-transfer-encoding', 'x-test', 'list-unsubscribe'];
const PART = /^(?:Content-(?:Type|Transfer-Encoding|Disposition|ID)):/i;

/** What is wrong with a message's header fields and those of its parts; '' for nothing. */
export function headerFault(raw: Buffer, kept: readonly string[] = []): string {
  const text = raw.toString('latin1');
  if (/(?<!\r)\n|\r(?!\n)|\0/.test(text)) return 'a line break that is none';
  const names = fieldsOf(text.split('\r\n\r\n', 1)[0] ?? '');
  const known = new Set([...REQUIRED, ...OPTIONAL, ...kept]);
  const odd = names.filter((name) => !known.has(name));
  const lacking = REQUIRED.filter((name) => !names.includes(name));
  const double = names.filter((name, at) => names.indexOf(name) !== at);
  const parts = text.split(/\r\n--postroom[^\r]+\r\n/).slice(1);
  const inParts = parts
    .flatMap((part) => unfolded(part.split('\r\n\r\n', 1)[0] ?? ''))
    .filter((line) => line !== '' && !PART.test(line));
  return [...odd, ...lacking.map((name) => `no ${name}`), ...double.map((name) => `two ${name}`), ...inParts].join(
    ', ',
  );
}

const unfolded = (block: string) => block.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
const fieldsOf = (block: string) =>
  unfolded(block).map((line) => line.slice(0, Math.max(0, line.indexOf(':'))).toLowerCase());
