/** What the demo says when it is ready. */
import type { Demo } from './demo.ts';
import { ADA, BOB } from './people.ts';

/** Where to click, as whom, and how to make mail arrive. */
export function welcome({ app, mail }: Demo): string {
  const { smtpPort } = mail.postfix;
  return `
The demo is ready at ${app.url}

  Sign in as   ${ADA.email}  ${ADA.password}   (${ADA.name}, a full mailbox)
          or   ${BOB.email}  ${BOB.password}   (${BOB.name}; in a private window, to write to each other)

New mail comes by itself now and then. To send some to yourself, write to ${ADA.email} in the app, or in another terminal:

  printf 'Subject: Hello\\r\\n\\r\\nIt works.\\r\\n' | \\
    curl --silent --upload-file - --mail-from me@elsewhere.test --mail-rcpt ${ADA.email} smtp://127.0.0.1:${smtpPort}

Another mail program can watch: IMAP localhost:${mail.endpoints.imap.port}, SMTP localhost:${mail.endpoints.smtp.port}, both TLS,
user ${ADA.email}, password ${ADA.mailPassword}, certificate authority ${mail.caFile}.

Ctrl-C ends it and removes everything.
`;
}
