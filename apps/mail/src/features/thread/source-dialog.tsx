/** The message as it came, in full. */
import { useQuery } from '@tanstack/react-query';
import { toast } from 'sonner';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import { threadText as text } from '../../lib/i18n/thread.ts';

const MAX = 400_000;

export function rawUrl(messageId: string): string {
  return `/api/messages/${encodeURIComponent(messageId)}/raw`;
}

export function SourceDialog({ messageId, onClose }: { messageId: string; onClose: () => void }) {
  const { data, error } = useQuery({
    queryKey: ['message-source', messageId],
    queryFn: async () => {
      const response = await fetch(rawUrl(messageId));
      if (!response.ok) throw new Error(text.bodyFailed);
      return await response.text();
    },
    gcTime: 0,
  });
  const copy = async () => {
    await navigator.clipboard.writeText(data ?? '');
    toast(text.copied);
  };
  return (
    <Dialog isOpen onOpenChange={(isOpen) => !isOpen && onClose()} title={text.sourceTitle} className="max-w-4xl">
      {error && <Notice tone="danger" title={text.bodyFailed} />}
      {data === undefined && !error && <Spinner />}
      {data !== undefined && (
        <>
          <div className="mb-3 flex gap-2">
            <Button size="small" onClick={() => void copy()}>
              {text.copy}
            </Button>
            <Button size="small" asChild>
              <a href={rawUrl(messageId)} download="message.eml">
                {text.download}
              </a>
            </Button>
          </div>
          {data.length > MAX && <Notice className="mb-3" title={text.truncated} />}
          <pre className="overflow-x-auto rounded-lg bg-sunken p-3 font-mono text-2xs whitespace-pre-wrap [overflow-wrap:anywhere]">
            {data.slice(0, MAX)}
          </pre>
        </>
      )}
    </Dialog>
  );
}
