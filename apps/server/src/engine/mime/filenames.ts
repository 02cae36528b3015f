/**
 * Names for attachments that are safe to show and to store: no path, no control or bidirectional characters, nothing
 * a file system reserves. A part without a name gets one from its type.
 */

const MAX_LENGTH = 200;
const BY_TYPE: Record<string, string> = {
  'message/rfc822': 'forwarded.eml',
  'message/global': 'forwarded.eml',
  'message/delivery-status': 'delivery-status.txt',
  'message/disposition-notification': 'disposition-notification.txt',
  'text/rfc822-headers': 'headers.txt',
  'message/rfc822-headers': 'headers.txt',
  'text/calendar': 'invite.ics',
  'application/ics': 'invite.ics',
  'text/vcard': 'contact.vcf',
  'text/x-vcard': 'contact.vcf',
  'application/pkcs7-signature': 'smime.p7s',
  'application/x-pkcs7-signature': 'smime.p7s',
  'application/pkcs7-mime': 'smime.p7m',
  'application/x-pkcs7-mime': 'smime.p7m',
  'application/pgp-signature': 'signature.asc',
  'application/pgp-encrypted': 'version.asc',
  'application/ms-tnef': 'winmail.dat',
};
const EXTENSIONS: Record<string, string> = {
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'application/json': 'json',
  'application/xml': 'xml',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'image/jpeg': 'jpg',
  'image/pjpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/svg+xml': 'svg',
  'image/tiff': 'tif',
  'image/bmp': 'bmp',
  'text/plain': 'txt',
  'text/html': 'html',
  'text/csv': 'csv',
  'audio/mpeg': 'mp3',
  'video/mp4': 'mp4',
};

/** A safe name for a part, from what the sender calls it and from its type. */
export function safeFilename(name: string | undefined, type: string): string {
  const base = (name ?? '')
    .slice(0, 4000)
    .split(/[\\/]/)
    .findLast((segment) => !/^[\s.]*$/.test(segment));
  const cleaned = (base ?? '')
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[. ]+$/, '');
  if (cleaned === '') return nameless(type);
  const allowed = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(cleaned) ? `_${cleaned}` : cleaned;
  return shorten(allowed);
}

/** What makes a file's name dangerous to trust. */
export type FileWarning = 'program' | 'disguised';

const PROGRAM =
  /\.(?:apk|app|appx|bat|cmd|com|cpl|dll|dmg|exe|gadget|hta|inf|ins|iso|img|jar|jnlp|js|jse|lnk|mde|msc|msi|msix|msp|pif|ps1|psm1|pkg|reg|scf|scr|sct|settingcontent-ms|sh|url|vb|vbe|vbs|vhd|vhdx|ws|wsc|wsf|wsh|xll)$/i;
const DOCUMENT_THEN =
  /\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|txt|rtf|csv|jpe?g|png|gif|webp|mp[34]|zip|html?)[\s\p{Cf}_.-]*\.[^.]+$/iu;
/** Directions and other characters that are not seen (not the joiners that some scripts need), and long gaps that push the ending out of sight. */
const HIDING = /[\p{Cc}\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]|\s{4,}/u;

/**
 * A program, or a file whose name hides what it is: by characters that are not seen, or as a program behind the ending
 * of a document. Decided on the name as the sender wrote it.
 */
export function fileWarning(name: string | undefined): FileWarning | undefined {
  const written = (name ?? '')
    .slice(0, 4000)
    .replace(/[\t\r\n]+/g, ' ')
    .trim();
  const seen = safeFilename(written, 'application/octet-stream');
  const isProgram = PROGRAM.test(seen);
  if (HIDING.test(written) || (isProgram && DOCUMENT_THEN.test(seen))) return 'disguised';
  return isProgram ? 'program' : undefined;
}

function nameless(type: string): string {
  const known = Object.hasOwn(BY_TYPE, type) ? BY_TYPE[type] : undefined;
  if (known !== undefined) return known;
  const extension = Object.hasOwn(EXTENSIONS, type) ? EXTENSIONS[type] : undefined;
  return `${type.startsWith('image/') ? 'image' : 'attachment'}.${extension ?? 'bin'}`;
}

function shorten(name: string): string {
  const characters = [...name];
  if (characters.length <= MAX_LENGTH) return name;
  const extension = /\.[^.\s]{1,12}$/.exec(name)?.[0] ?? '';
  return `${characters
    .slice(0, MAX_LENGTH - extension.length)
    .join('')
    .replace(/[. ]+$/, '')}${extension}`;
}
