/**
 * The pages of a PDF, painted by PDF.js in a worker: pixels alone. Its scripts, links, forms and embedded files are
 * never looked at, code made of strings is not run, nothing is fetched but the file. Loaded when used.
 */
import { GlobalWorkerOptions, getDocument, type PDFDocumentProxy } from 'pdfjs-dist';
import workerAddress from 'pdfjs-dist/build/pdf.worker.min.mjs?worker&url';
import { useEffect, useRef, useState } from 'react';
import { Notice } from '../../components/ui/notice.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import { threadText as text } from '../../lib/i18n/thread.ts';
import { ownScript } from '../../lib/own-script.ts';

const MAX_PAGES = 50;
const MAX_PIXELS = 4_000_000;
const OPTIONS = {
  enableXfa: false,
  useWasm: false,
  stopAtErrors: false,
  maxImageSize: 40_000_000,
  canvasMaxAreaInBytes: 160_000_000,
};

export interface PdfPagesProps {
  url: string;
  onFailed: () => void;
}

export default function PdfPages({ url, onFailed }: PdfPagesProps) {
  const holder = useRef<HTMLDivElement>(null);
  const [pages, setPages] = useState<number>();
  const failed = useRef(onFailed);
  useEffect(() => {
    failed.current = onFailed;
  });

  useEffect(() => {
    const gone = new AbortController();
    void show(url, { holder: holder.current, signal: gone.signal, onPages: setPages }).catch(() => {
      if (!gone.signal.aborted) failed.current();
    });
    return () => gone.abort();
  }, [url]);

  return (
    <>
      {pages === undefined && <Spinner label={text.loadingFile} />}
      <div ref={holder} className="flex flex-col items-center gap-4" data-testid="pdf-pages" />
      {pages !== undefined && pages > MAX_PAGES && <Notice title={text.previewPages(MAX_PAGES, pages)} />}
    </>
  );
}

interface Show {
  holder: HTMLElement | null;
  signal: AbortSignal;
  onPages: (count: number) => void;
}

async function show(url: string, { holder, signal, onPages }: Show): Promise<void> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${response.status}`);
  const data = await response.arrayBuffer();
  const worker = new Worker(ownScript(workerAddress), { type: 'module' });
  GlobalWorkerOptions.workerPort = worker;
  signal.addEventListener('abort', () => worker.terminate(), { once: true });
  const document = await getDocument({ ...OPTIONS, data }).promise;
  onPages(document.numPages);
  for (let number = 1; number <= Math.min(document.numPages, MAX_PAGES); number += 1) {
    if (signal.aborted || !holder) return;
    await paint(document, number, holder);
  }
}

async function paint(document: PDFDocumentProxy, number: number, holder: HTMLElement): Promise<void> {
  const page = await document.getPage(number);
  const natural = page.getViewport({ scale: 1 });
  const wanted = (Math.min(holder.clientWidth, 900) / natural.width) * Math.min(window.devicePixelRatio, 2);
  const scale = Math.min(wanted, Math.sqrt(MAX_PIXELS / (natural.width * natural.height)));
  const viewport = page.getViewport({ scale });
  const canvas = globalThis.document.createElement('canvas');
  canvas.width = Math.floor(viewport.width);
  canvas.height = Math.floor(viewport.height);
  canvas.className = 'w-full max-w-[900px] border bg-white';
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', text.page(number));
  holder.append(canvas);
  await page.render({ canvas, viewport, annotationMode: 0 }).promise;
  page.cleanup();
}
