/** What another client wrote into a draft, as a draft of ours holds it; its files become uploads. */
import type { Address, AttachmentRef, UserId } from '@postroom/db';
import type { Tx } from '../index/sql.ts';
import { parseMessage } from '../mime/index.ts';
import { saveUpload } from '../outbox/attachments.ts';

export interface ForeignDraft {
  readonly to: Address[];
  readonly cc: Address[];
  readonly bcc: Address[];
  readonly subject: string;
  readonly html: string;
  readonly attachments: AttachmentRef[];
  readonly inReplyTo: string | null;
  readonly references: string[];
  readonly fromEmail: string | null;
  readonly messageId: string | null;
}

export async function readForeign(tx: Tx, userId: UserId, source: Buffer): Promise<ForeignDraft> {
  const parsed = parseMessage(source);
  const attachments: AttachmentRef[] = [];
  for (const { filename, mimeType, content, inline, contentId } of parsed.attachments) {
    const saved = await saveUpload(tx, userId, { name: filename, type: mimeType, content });
    attachments.push({ ...saved, inline, ...(contentId === undefined ? {} : { contentId }) });
  }
  return {
    to: parsed.to,
    cc: parsed.cc,
    bcc: parsed.bcc,
    subject: parsed.subject,
    html: parsed.html || paragraphs(parsed.text),
    attachments,
    inReplyTo: parsed.inReplyTo[0] ?? null,
    references: parsed.references,
    fromEmail: parsed.from[0]?.email ?? null,
    messageId: parsed.messageId ?? null,
  };
}

/** For SQL, in this order: "to", cc, bcc, subject, html, attachments, in_reply_to, "references", from_email. */
export function foreignValues(foreign: ForeignDraft): unknown[] {
  return [
    JSON.stringify(foreign.to),
    JSON.stringify(foreign.cc),
    JSON.stringify(foreign.bcc),
    foreign.subject,
    foreign.html,
    JSON.stringify(foreign.attachments),
    foreign.inReplyTo,
    foreign.references,
    foreign.fromEmail,
  ];
}

function paragraphs(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return escaped
    .split(/\r?\n/)
    .map((line) => `<p>${line}</p>`)
    .join('');
}
