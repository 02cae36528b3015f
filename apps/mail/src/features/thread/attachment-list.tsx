/** The files of a message. */
import { Download, File, FileArchive, FileImage, FileSpreadsheet, FileText } from 'lucide-react';
import type { Attachment } from '../../lib/api.ts';
import { formatSize } from '../../lib/format.ts';
import { threadText as text } from '../../lib/i18n/thread.ts';

export function attachmentUrl(messageId: string, attachmentId: string): string {
  return `/api/messages/${encodeURIComponent(messageId)}/attachments/${encodeURIComponent(attachmentId)}`;
}

function FileIcon({ mimeType }: { mimeType: string }) {
  if (mimeType.startsWith('image/')) return <FileImage />;
  if (/zip|compressed|tar|7z/.test(mimeType)) return <FileArchive />;
  if (/spreadsheet|excel|csv/.test(mimeType)) return <FileSpreadsheet />;
  if (/pdf|text|word|document/.test(mimeType)) return <FileText />;
  return <File />;
}

export function AttachmentList({ messageId, attachments }: { messageId: string; attachments: readonly Attachment[] }) {
  const files = attachments.filter(({ inline, filename }) => !inline || filename !== '');
  if (files.length === 0) return null;
  return (
    <section className="mt-4" aria-label={text.attachments(files.length)}>
      <h4 className="mb-2 text-xs text-muted">{text.attachments(files.length)}</h4>
      <ul className="flex flex-wrap gap-2">
        {files.map(({ attachmentId, filename, mimeType, size }) => (
          <li key={attachmentId}>
            <a
              href={attachmentUrl(messageId, attachmentId)}
              download={filename}
              aria-label={text.downloadFile(filename, formatSize(size))}
              data-testid="attachment"
              className="group flex h-11 max-w-64 items-center gap-2.5 rounded-lg border bg-surface px-3 hover:bg-hover [&_svg]:size-4.5 [&_svg]:shrink-0 [&_svg]:text-muted"
            >
              <FileIcon mimeType={mimeType} />
              <span className="min-w-0">
                <span className="block truncate text-xs font-medium">{filename}</span>
                <span className="block text-2xs text-muted">{formatSize(size)}</span>
              </span>
              <Download className="opacity-0 group-hover:opacity-100" aria-hidden="true" />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
