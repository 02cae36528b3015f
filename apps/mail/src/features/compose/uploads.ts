/** Files on their way to the server, and those that are there. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { formatSize } from '../../lib/format.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';
import { z } from '../../lib/zod.ts';
import type { CarriedFile } from './seeds.ts';
import { transmittedSize } from './size-limit.ts';

export interface ComposeFile {
  key: string;
  name: string;
  type: string;
  size: number;
  /** From 0 to 1. */
  progress: number;
  uploadId?: string;
  problem?: string;
  /** Of a picture that may stand in the text: its name in the message, and where it is shown from. */
  contentId?: string | undefined;
  url?: string | undefined;
}

/** A picture to be put into the text. */
export interface ChosenPicture {
  src: string;
  alt: string;
}

const answerSchema = z.object({ uploadId: z.string(), name: z.string(), type: z.string(), size: z.number() });

/** Sends one file. XMLHttpRequest, because fetch does not tell how far it got. */
function upload(file: File, onProgress: (progress: number) => void, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/uploads');
    request.responseType = 'json';
    request.upload.onprogress = (event) => onProgress(event.total > 0 ? event.loaded / event.total : 0);
    request.onload = () => {
      const answer = answerSchema.safeParse(request.response);
      if (request.status < 300 && answer.success) resolve(answer.data.uploadId);
      else reject(new Error(request.status === 413 ? text.uploadTooLarge(file.name) : text.uploadFailed(file.name)));
    };
    request.onerror = () => reject(new Error(text.uploadFailed(file.name)));
    request.onabort = () => reject(new Error(text.uploadFailed(file.name)));
    signal.addEventListener('abort', () => request.abort());
    const form = new FormData();
    form.append('file', file, file.name);
    request.send(form);
  });
}

export interface Uploads {
  files: ComposeFile[];
  /** The same as of now, also when nothing is shown of it any more. */
  latest: () => readonly ComposeFile[];
  add: (files: readonly File[]) => void;
  /** … to stand in the text. */
  addPictures: (files: readonly File[]) => ChosenPicture[];
  remove: (key: string) => void;
  isBusy: boolean;
  isRunning: () => boolean;
  /** When none is on its way any more. */
  settled: () => Promise<unknown>;
  /** None of them is wanted any more. */
  abort: () => void;
}

/** `limit`: octets of a message that the server takes; what would be too much is not even begun. */
export function useUploads(carried: readonly CarriedFile[], limit: number | undefined, onDone: () => void): Uploads {
  const [files, setShown] = useState<ComposeFile[]>([]);
  const held = useRef<readonly ComposeFile[]>([]);
  const setFiles = useCallback((next: (current: readonly ComposeFile[]) => ComposeFile[]) => {
    const files = next(held.current);
    held.current = files;
    setShown(files);
  }, []);
  const running = useRef(new Map<string, { controller: AbortController; ended: Promise<void> }>());
  const done = useRef(onDone);
  useEffect(() => {
    done.current = onDone;
  });
  const change = useCallback(
    (key: string, changed: Partial<ComposeFile>) => {
      setFiles((current) => current.map((file) => (file.key === key ? { ...file, ...changed } : file)));
    },
    [setFiles],
  );
  const begin = useCallback(
    (
      shown: Pick<ComposeFile, 'name' | 'type' | 'size' | 'contentId' | 'url'>,
      load: (signal: AbortSignal) => Promise<File>,
    ) => {
      const key = crypto.randomUUID();
      const controller = new AbortController();
      setFiles((current) => [...current, { key, ...shown, progress: 0 }]);
      const ended = load(controller.signal)
        .then((file) => {
          change(key, { size: file.size });
          return file;
        })
        .then((file) => upload(file, (progress) => change(key, { progress }), controller.signal))
        .then((uploadId) => {
          change(key, { uploadId, progress: 1 });
          done.current();
        })
        .catch((error: unknown) => {
          if (controller.signal.aborted) return;
          change(key, { problem: error instanceof Error ? error.message : text.uploadFailed(shown.name) });
        })
        .finally(() => running.current.delete(key));
      running.current.set(key, { controller, ended: ended.then(() => {}) });
    },
    [change, setFiles],
  );
  const add = useCallback(
    (added: readonly File[]) => {
      const taken: { size: number }[] = files.filter(({ problem }) => problem === undefined);
      for (const file of added) {
        const shown = { name: file.name, type: file.type, size: file.size };
        const wouldBe = transmittedSize([...taken, shown]);
        if (limit !== undefined && wouldBe > limit) {
          const problem = text.tooLargeToSend(formatSize(wouldBe), formatSize(limit));
          setFiles((current) => [...current, { key: crypto.randomUUID(), ...shown, progress: 0, problem }]);
          continue;
        }
        taken.push(shown);
        begin(shown, async () => file);
      }
    },
    [begin, files, limit, setFiles],
  );
  const addPictures = useCallback(
    (pictures: readonly File[]) =>
      pictures.map((file): ChosenPicture => {
        const url = URL.createObjectURL(file);
        const contentId = `${crypto.randomUUID()}@postroom`;
        begin({ name: file.name, type: file.type, size: file.size, contentId, url }, async () => file);
        return { src: url, alt: file.name };
      }),
    [begin],
  );
  // Files of another message are fetched and stored anew, once; those of a draft are there.
  const hasCarried = useRef(false);
  useEffect(() => {
    if (hasCarried.current) return;
    hasCarried.current = true;
    for (const file of carried) {
      if (file.uploadId !== undefined) {
        setFiles((current) => [...current, { key: crypto.randomUUID(), ...file, progress: 1 }]);
        continue;
      }
      begin(file, async (signal) => {
        const response = await fetch(file.url, { signal });
        if (!response.ok) throw new Error(text.uploadFailed(file.name));
        return new File([await response.blob()], file.name, { type: file.type });
      });
    }
  }, [begin, carried, setFiles]);
  const remove = useCallback(
    (key: string) => {
      running.current.get(key)?.controller.abort();
      setFiles((current) => current.filter((file) => file.key !== key));
      done.current();
    },
    [setFiles],
  );
  const whileRunning = useMemo(
    () => ({
      latest: () => held.current,
      isRunning: () => running.current.size > 0,
      settled: () => Promise.all([...running.current.values()].map(({ ended }) => ended)),
      abort: () => {
        for (const { controller } of running.current.values()) controller.abort();
      },
    }),
    [],
  );
  return {
    files,
    ...whileRunning,
    add,
    addPictures,
    remove,
    isBusy: files.some(({ uploadId, problem }) => uploadId === undefined && problem === undefined),
  };
}
