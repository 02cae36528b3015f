/** The files of a message: pictures and PDFs are looked at here, where they can run nothing; all can be downloaded. */
import { Download, File, FileArchive, FileImage, FileSpreadsheet, FileText, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import type { Attachment } from '../../lib/api.ts';
import { formatSize } from '../../lib/format.ts';
import { threadText as text } from '../../lib/i18n/thread.ts';
import { canPreview, FilePreview } from './file-preview.tsx';

function attachmentUrl(messageId: string, attachmentId: string): string {
  return `/api/messages/${encodeURIComponent(messageId)}/attachments/${encodeURIComponent(attachmentId)}`;
}

function FileIcon({ mimeType, isDoubtful }: { mimeType: string; isDoubtful: boolean }) {
  if (isDoubtful) return <TriangleAlert className="text-warn!" />;
  if (mimeType.startsWith('image/')) return <FileImage />;
  if (/zip|compressed|tar|7z/.test(mimeType)) return <FileArchive />;
  if (/spreadsheet|excel|csv/.test(mimeType)) return <FileSpreadsheet />;
  if (/pdf|text|word|document/.test(mimeType)) return <FileText />;
  return <File />;
}

/** Names that are longer than there is room lose their middle: the ending says what a file is. */
const LONG_NAME = 26;
const ENDING = 12;

function FileName({ name }: { name: string }) {
  const characters = [...name];
  if (characters.length <= LONG_NAME) return <bdi>{name}</bdi>;
  return (
    <span className="flex">
      <bdi className="truncate">{characters.slice(0, -ENDING).join('')}</bdi>
      <bdi className="shrink-0 whitespace-pre">{characters.slice(-ENDING).join('')}</bdi>
    </span>
  );
}

function FileLabel({ filename, mimeType, size, warning }: Attachment) {
  return (
    <>
      <FileIcon mimeType={mimeType} isDoubtful={warning !== undefined} />
      <span className="min-w-0">
        <span className="block truncate text-xs font-medium" dir="auto">
          <FileName name={filename} />
        </span>
        <span className="block text-2xs text-muted">{formatSize(size)}</span>
      </span>
    </>
  );
}

const CHIP = '[&_svg]:size-4.5 [&_svg]:shrink-0 [&_svg]:text-muted';
const LABEL = 'flex h-full min-w-0 flex-1 items-center gap-2.5 rounded-l-lg pl-3 text-left hover:bg-hover';

function FileChip({ messageId, file, onPreview }: { messageId: string; file: Attachment; onPreview: () => void }) {
  const { attachmentId, filename, size, warning } = file;
  const url = attachmentUrl(messageId, attachmentId);
  const label = text.downloadFile(filename, formatSize(size));
  return (
    <li className={`flex h-11 max-w-72 items-center rounded-lg border bg-surface ${CHIP}`} title={filename}>
      {canPreview(file) ? (
        <>
          <button type="button" className={LABEL} aria-label={text.preview(filename)} onClick={onPreview}>
            <FileLabel {...file} />
          </button>
          <a
            href={url}
            download={filename}
            aria-label={label}
            data-testid="attachment"
            className="flex h-full items-center rounded-r-lg px-3 hover:bg-hover"
          >
            <Download aria-hidden="true" />
          </a>
        </>
      ) : (
        <a
          href={url}
          download={filename}
          aria-label={warning ? `${label}. ${text.fileWarnings[warning]}` : label}
          data-testid="attachment"
          className={`${LABEL} group rounded-r-lg pr-3`}
        >
          <FileLabel {...file} />
          <Download className="ml-auto opacity-0 group-hover:opacity-100" aria-hidden="true" />
        </a>
      )}
    </li>
  );
}

export function AttachmentList({ messageId, attachments }: { messageId: string; attachments: readonly Attachment[] }) {
  const [preview, setPreview] = useState<Attachment>();
  const files = attachments.filter(({ inline, filename }) => !inline || filename !== '');
  const doubtful = files.filter(({ warning }) => warning !== undefined);
  if (files.length === 0) return null;
  return (
    <section className="mt-4" aria-label={text.attachments(files.length)}>
      <div className="mb-2 flex items-center gap-3">
        <h4 className="text-xs text-muted">{text.attachments(files.length)}</h4>
        {files.filter(({ inline }) => !inline).length > 1 && (
          <Button size="small" variant="ghost" asChild>
            <a href={`/api/messages/${encodeURIComponent(messageId)}/attachments.zip`} download="attachments.zip">
              <Download aria-hidden="true" />
              {text.downloadAll}
            </a>
          </Button>
        )}
      </div>
      <ul className="flex flex-wrap gap-2">
        {files.map((file) => (
          <FileChip key={file.attachmentId} messageId={messageId} file={file} onPreview={() => setPreview(file)} />
        ))}
      </ul>
      {doubtful.map(({ attachmentId, filename, warning }) => (
        <p key={attachmentId} className="mt-2 text-xs text-warn" data-testid="file-warning">
          <bdi className="font-medium">{filename}</bdi> – {warning && text.fileWarnings[warning]}
        </p>
      ))}
      {preview && (
        <FilePreview
          file={preview}
          url={attachmentUrl(messageId, preview.attachmentId)}
          onClose={() => setPreview(undefined)}
        />
      )}
    </section>
  );
}
