/** The files of a message that is being written, each with how far it got. */
import { Paperclip, X } from 'lucide-react';
import { cn } from '../../lib/class-names.ts';
import { formatSize } from '../../lib/format.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';
import type { ComposeFile } from './uploads.ts';

export function FileChips({ files, onRemove }: { files: readonly ComposeFile[]; onRemove: (key: string) => void }) {
  if (files.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-1.5 px-3 pb-2" data-testid="compose-files">
      {files.map(({ key, name, size, progress, uploadId, problem }) => (
        <li
          key={key}
          data-done={uploadId !== undefined}
          className={cn(
            'relative flex min-h-8 max-w-full items-center gap-2 overflow-hidden rounded-md bg-hover pr-1 pl-2 text-xs dark:bg-line',
            problem !== undefined && 'bg-danger-soft py-1 text-danger',
          )}
        >
          <Paperclip className="size-3.5 shrink-0 text-muted" aria-hidden="true" />
          {problem === undefined ? (
            <>
              <span className="min-w-0 max-w-80 truncate font-medium">{name}</span>
              <span className="shrink-0 text-muted">{formatSize(size)}</span>
            </>
          ) : (
            <span className="min-w-0">
              <span className="block truncate font-medium">
                {name} · {formatSize(size)}
              </span>
              {problem}
            </span>
          )}
          <button
            type="button"
            aria-label={text.remove(name)}
            onClick={() => onRemove(key)}
            className="rounded p-1 text-muted hover:text-ink"
          >
            <X className="size-3.5" />
          </button>
          {uploadId === undefined && problem === undefined && (
            <span
              role="progressbar"
              aria-label={name}
              aria-valuenow={Math.round(progress * 100)}
              className="absolute bottom-0 left-0 h-0.5 bg-accent transition-[width]"
              style={{ width: `${progress * 100}%` }}
            />
          )}
        </li>
      ))}
    </ul>
  );
}
