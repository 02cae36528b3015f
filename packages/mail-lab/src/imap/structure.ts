/** ENVELOPE and BODYSTRUCTURE as the memory server writes them (RFC 3501 section 7.4.2). */
import { field, type MimePart, parseParameters } from './mime.ts';
import { writeString } from './token.ts';

function splitAddresses(text: string): string[] {
  return (
    text
      .match(/(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,])+/g)
      ?.map((part) => part.trim())
      .filter(Boolean) ?? []
  );
}

function writeAddresses(text: string | undefined): string {
  const list = splitAddresses(text ?? '').map((one) => {
    const angle = /^(.*?)<([^<>]*)>\s*$/s.exec(one);
    const name = angle?.[1]
      ?.trim()
      .replace(/^"(.*)"$/s, '$1')
      .replace(/\\(.)/g, '$1');
    const [local = '', host = ''] = (angle?.[2] ?? one).split('@');
    return `(${writeString(name || undefined)} NIL ${writeString(local)} ${writeString(host)})`;
  });
  return list.length > 0 ? `(${list.join('')})` : 'NIL';
}

/** ENVELOPE of a message by its header. */
export function writeEnvelope(header: string): string {
  const from = field(header, 'from');
  const parts = [
    writeString(field(header, 'date')),
    writeString(field(header, 'subject')),
    writeAddresses(from),
    writeAddresses(field(header, 'sender') ?? from),
    writeAddresses(field(header, 'reply-to') ?? from),
    writeAddresses(field(header, 'to')),
    writeAddresses(field(header, 'cc')),
    writeAddresses(field(header, 'bcc')),
    writeString(field(header, 'in-reply-to')),
    writeString(field(header, 'message-id')),
  ];
  return `(${parts.join(' ')})`;
}

function writeParameters(parameters: [string, string][]): string {
  if (parameters.length === 0) return 'NIL';
  return `(${parameters.map(([name, value]) => `${writeString(name)} ${writeString(value)}`).join(' ')})`;
}

function writeDisposition(header: string): string {
  const value = field(header, 'content-disposition');
  if (value === undefined) return 'NIL';
  const disposition = parseParameters(value);
  return `(${writeString(disposition.value)} ${writeParameters(disposition.parameters)})`;
}

const lineCount = (text: string): number => text.split('\n').length - 1;

/** BODYSTRUCTURE of a message or part. */
export function writeBodyStructure(part: MimePart): string {
  const { header, body, type, subtype, parameters } = part;
  const disposition = writeDisposition(header);
  if (type === 'multipart' && part.children.length > 0) {
    const children = part.children.map(writeBodyStructure).join('');
    return `(${children} ${writeString(subtype)} ${writeParameters(parameters)} ${disposition} NIL NIL)`;
  }
  const shown: [string, string][] = type === 'text' && parameters.length === 0 ? [['charset', 'us-ascii']] : parameters;
  const fields = [
    writeString(type),
    writeString(subtype),
    writeParameters(shown),
    writeString(field(header, 'content-id')),
    writeString(field(header, 'content-description')),
    writeString((field(header, 'content-transfer-encoding') ?? '7bit').toLowerCase()),
    String(body.length),
  ];
  if (part.message) fields.push(writeEnvelope(part.message.header), writeBodyStructure(part.message));
  if (part.message || type === 'text') fields.push(String(lineCount(body)));
  return `(${fields.join(' ')} NIL ${disposition} NIL NIL)`;
}
