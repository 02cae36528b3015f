/** Where a composer stands: below a conversation, in a window at the bottom, or over the whole screen. Loaded when used. */
import { Maximize2, Minimize2, Minus, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { IconButton } from '../../components/ui/button.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import { cn } from '../../lib/class-names.ts';
import { useStore } from '../../lib/external-store.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';
import type { ComposeSeed } from './seeds.ts';
import { useTypedAhead } from './typed-ahead.ts';
import { closeComposer, composeWindows } from './windows.ts';

const loadComposer = () => import('./composer.tsx');
const Composer = lazy(loadComposer);

function Opening() {
  return (
    <div className="flex h-40 items-center justify-center">
      <Spinner label={text.loading} />
    </div>
  );
}

export function InlineComposer({ seed, onClose }: { seed: ComposeSeed; onClose: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  const typing = useTypedAhead();
  useEffect(() => {
    const timer = setTimeout(() => box.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' }), 150);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div ref={box} {...typing} className="rounded-lg border shadow-sm">
      <Suspense fallback={<Opening />}>
        <Composer seed={seed} onClose={onClose} className="rounded-lg" />
      </Suspense>
    </div>
  );
}

type Size = 'window' | 'minimized' | 'full';

export function ComposerDock() {
  const windows = useStore(composeWindows);
  // Fetched before it is asked for; where that fails it is asked for again when it opens.
  useEffect(() => void loadComposer().catch(() => undefined), []);
  return (
    <div className="pointer-events-none fixed right-4 bottom-0 z-30 flex max-w-full items-end gap-3 max-md:inset-0">
      {windows.map((seed, index) => (
        <ComposerWindow key={seed.key} seed={seed} isLast={index === windows.length - 1} />
      ))}
    </div>
  );
}

function ComposerWindow({ seed, isLast }: { seed: ComposeSeed; isLast: boolean }) {
  const [chosen, setChosen] = useState<Size>('window');
  const typing = useTypedAhead();
  const isFull = chosen === 'full';
  const isMinimized = chosen === 'minimized';
  return (
    <div
      role="dialog"
      {...typing}
      aria-label={text.newMessage}
      data-testid="compose-window"
      className={cn(
        'pointer-events-auto flex flex-col overflow-hidden border bg-raised shadow-2xl shadow-black/20 animate-appear dark:shadow-black/60',
        isFull && 'fixed inset-0 z-40 m-auto h-full max-h-[min(54rem,94vh)] w-full max-w-4xl rounded-xl',
        !isFull && 'rounded-t-xl border-b-0',
        !isFull && (isMinimized ? 'w-72' : 'h-[min(34rem,80vh)] w-[34rem] max-w-[calc(100vw-2rem)]'),
        'max-md:fixed max-md:inset-0 max-md:h-full max-md:max-h-none max-md:w-full max-md:max-w-none max-md:rounded-none',
        !isLast && 'max-lg:hidden',
      )}
    >
      <Suspense fallback={<Opening />}>
        <Composer
          seed={seed}
          onClose={() => closeComposer(seed.key)}
          className={cn('flex-1', isMinimized && '[&>:not(header)]:hidden')}
          renderHeader={({ subject, close }) => (
            <header className="flex h-10 shrink-0 items-center gap-0.5 bg-hover pr-1.5 pl-3">
              <button
                type="button"
                className="min-w-0 flex-1 truncate text-left font-semibold"
                onClick={() => setChosen(isMinimized ? 'window' : 'minimized')}
                tabIndex={-1}
              >
                {subject || (seed.mode === 'draft' ? text.draft : text.newMessage)}
              </button>
              <span className="flex max-md:hidden">
                <IconButton
                  label={isMinimized ? text.restore : text.minimize}
                  onClick={() => setChosen(isMinimized ? 'window' : 'minimized')}
                >
                  <Minus />
                </IconButton>
                <IconButton
                  label={isFull ? text.exitFullScreen : text.fullScreen}
                  onClick={() => setChosen(isFull ? 'window' : 'full')}
                >
                  {isFull ? <Minimize2 /> : <Maximize2 />}
                </IconButton>
              </span>
              <IconButton label={text.close} onClick={close}>
                <X />
              </IconButton>
            </header>
          )}
        />
      </Suspense>
    </div>
  );
}
