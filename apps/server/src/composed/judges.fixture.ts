/**
 * What other MIME libraries make of the bytes that were delivered: mailparser, and Python's `email` where there is a Python.
 * Neither is what we build or read with. Test code only.
 */
import { execFileSync } from 'node:child_process';
import { domainToUnicode } from 'node:url';
import { type AddressObject, simpleParser } from 'mailparser';
import { z } from 'zod';

/** A message as it was composed, or as a judge reads it. */
export interface Judged {
  from: readonly Person[];
  to: readonly Person[];
  cc: readonly Person[];
  subject: string;
  text: string;
  html: string;
  files: readonly JudgedFile[];
}

export interface Person {
  name: string;
  email: string;
}

export interface JudgedFile {
  name: string;
  type: string;
  /** Base64. */
  content: string;
  /** Shown in the HTML by this name. */
  contentId: string | null;
}

/** Domains in letters, as they were typed. */
export function person(name: string | undefined, email: string): Person {
  const at = email.lastIndexOf('@');
  return { name: name ?? '', email: `${email.slice(0, at)}@${domainToUnicode(email.slice(at + 1))}` };
}

export async function byMailparser(raw: Buffer): Promise<Judged> {
  const mail = await simpleParser(raw, { keepCidLinks: true, skipTextToHtml: true, skipHtmlToText: true });
  const people = (field: AddressObject | AddressObject[] | undefined) =>
    [field ?? []].flat().flatMap(({ value }) => value.map(({ name, address }) => person(name, address ?? '')));
  return {
    from: people(mail.from),
    to: people(mail.to),
    cc: people(mail.cc),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html || '',
    files: mail.attachments.map(({ filename, contentType, content, cid }) => ({
      name: filename ?? '',
      type: contentType,
      content: content.toString('base64'),
      contentId: cid ?? null,
    })),
  };
}

/** RFC 3676 as Python reads nothing of it; all else is the library's. */
const PYTHON = `
import base64, json, re, sys
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import getaddresses
message = message_from_bytes(sys.stdin.buffer.read(), policy=policy.default)
if message.defects: raise Exception(message.defects)
# QUIRK: the address parser of Python before 3.13 keeps the white space between encoded-words; these two do not.
def people(name):
    fields = [str(value) for key, value in message.raw_items() if key.lower() == name]
    named = getaddresses([re.sub('\\r?\\n', '', field) for field in fields])
    return [[str(make_header(decode_header(name))), email] for name, email in named]
def unflowed(text):
    lines, open = [], False
    for line in text.split('\\n'):
        marks = re.match('>*', line).group()
        rest = line[len(marks):]
        if rest.startswith(' '): rest = rest[1:]
        if open and open != [marks] or rest == '-- ': open = False
        if open: lines[-1] += rest
        else: lines.append((marks + ' ' if marks and rest else marks) + rest)
        open = [marks] if rest.endswith(' ') and rest != '-- ' else False
    return '\\n'.join(lines)
text = message.get_body(('plain',))
html = message.get_body(('html',))
files = [part for part in message.walk() if part.get_content_disposition() in ('attachment', 'inline')]
print(json.dumps({
    'from': people('from'), 'to': people('to'), 'cc': people('cc'), 'subject': message['subject'],
    'text': unflowed(text.get_content().replace('\\r\\n', '\\n')),
    'html': html.get_content().replace('\\r\\n', '\\n'),
    'files': [{
        'name': part.get_filename(), 'type': part.get_content_type(),
        'content': base64.b64encode(part.get_payload(decode=True)).decode(),
        'contentId': part['content-id'].strip()[1:-1] if part['content-id'] else None,
    } for part in files],
}))
`;

const people = z
  .array(z.tuple([z.string(), z.string()]))
  .transform((list) => list.map(([name, email]) => person(name, email)));
const pythonSchema = z.object({
  from: people,
  to: people,
  cc: people,
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  files: z.array(
    z.object({ name: z.string(), type: z.string(), content: z.string(), contentId: z.string().nullable() }),
  ),
});

export async function byPython(raw: Buffer): Promise<Judged> {
  const answer = execFileSync('python3', ['-X', 'utf8', '-c', PYTHON], {
    input: raw,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return pythonSchema.parse(JSON.parse(answer));
}

export function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', 'import email.policy'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
