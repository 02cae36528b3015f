/**
 * A picture or a PDF, to be looked at. A picture is an element of the page, which runs nothing of it; of a PDF the pages
 * are painted (pdf-pages.ts): no links, no forms, no scripts.
 */
import { Download } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import type { Attachment } from '../../lib/api.ts';
import { threadText as text } from '../../lib/i18n/thread.ts';

const PdfPages = lazy(() => import('./pdf-pages.tsx'));

const PICTURES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
const MAX_BYTES = 30 * 1024 * 1024;

export function canPreview({ mimeType, size, warning }: Attachment): boolean {
  return warning === undefined && size <= MAX_BYTES && (PICTURES.has(mimeType) || mimeType === 'application/pdf');
}

export interface FilePreviewProps {
  file: Attachment;
  url: string;
  onClose: () => void;
}

export function FilePreview({ file, url, onClose }: FilePreviewProps) {
  const [hasFailed, setHasFailed] = useState(false);
  const failed = () => setHasFailed(true);
  return (
    <Dialog isOpen onOpenChange={(isOpen) => !isOpen && onClose()} title={file.filename} className="h-[85vh] max-w-4xl">
      <div className="flex min-h-full flex-col gap-3" data-testid="file-preview">
        <div>
          <Button size="small" asChild>
            <a href={url} download={file.filename}>
              <Download aria-hidden="true" />
              {text.downloadOne}
            </a>
          </Button>
        </div>
        {hasFailed ? (
          <Notice tone="warn" title={text.previewFailed} fix={text.previewFailedFix} />
        ) : PICTURES.has(file.mimeType) ? (
          <img src={`${url}?inline=1`} alt={file.filename} onError={failed} className="m-auto max-w-full rounded" />
        ) : (
          <Suspense fallback={<Spinner label={text.loadingFile} />}>
            <PdfPages url={url} onFailed={failed} />
          </Suspense>
        )}
      </div>
    </Dialog>
  );
}
