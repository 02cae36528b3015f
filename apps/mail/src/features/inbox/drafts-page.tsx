/** What is being written, to go on with. */
import { parseInert } from '@postroom/mail-html/browser';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FilePen, Trash2, Unplug } from 'lucide-react';
import { toast } from 'sonner';
import { Button, IconButton } from '../../components/ui/button.tsx';
import { Empty } from '../../components/ui/empty.tsx';
import { type Draft, failureOf, trpc } from '../../lib/api.ts';
import { formatListTime, nameOf } from '../../lib/format.ts';
import { inboxText as text } from '../../lib/i18n/inbox.ts';
import { ThreadListSkeleton } from './thread-list.tsx';

export interface DraftsPageProps {
  account: string | undefined;
  q: string;
  onOpen: (draft: Draft) => void;
}

/** The words of a draft, without parsing its markup as a page. */
function wordsOf(html: string): string {
  return parseInert(html).body.textContent.replace(/\s+/g, ' ').trim();
}

export function DraftsPage({ account, q, onOpen }: DraftsPageProps) {
  const client = useQueryClient();
  const drafts = useQuery(
    trpc.drafts.list.queryOptions(
      { max: 200, connectionId: account, q: q === '' ? undefined : q },
      { staleTime: 5_000, refetchOnMount: 'always' },
    ),
  );
  const remove = useMutation(
    trpc.drafts.delete.mutationOptions({
      onSuccess: () => toast(text.draftDeleted),
      onError: (error) => toast.error(failureOf(error).message),
      onSettled: () => {
        client.invalidateQueries({ queryKey: trpc.drafts.list.pathKey() });
        client.invalidateQueries({ queryKey: trpc.mail.count.pathKey() });
      },
    }),
  );
  if (drafts.isPending) return <ThreadListSkeleton />;
  if (drafts.error) {
    const { message, fix } = failureOf(drafts.error);
    return (
      <Empty
        icon={<Unplug />}
        title={text.unreachable}
        action={<Button onClick={() => drafts.refetch()}>{text.retry}</Button>}
      >
        {message} {fix}
      </Empty>
    );
  }
  if (drafts.data.drafts.length === 0) {
    return <Empty icon={<FilePen />} title={q === '' ? text.emptyFolder(text.draftsTitle) : text.nothingMatches} />;
  }
  return (
    <ul aria-label={text.draftsTitle} className="h-full overflow-y-auto bg-sunken" data-testid="draft-list">
      {drafts.data.drafts.map((draft) => (
        <li key={draft.id} className="group flex items-center gap-2 border-b border-line/60 pr-3 hover:bg-hover">
          <button
            type="button"
            data-testid="draft-row"
            onClick={() => onOpen(draft)}
            className="flex h-13.5 min-w-0 flex-1 flex-col justify-center gap-0.5 px-4 text-left"
          >
            <span className="flex gap-2">
              <span className="min-w-0 flex-1 truncate text-danger">
                {draft.to.length > 0 ? text.draftTo(draft.to.map(nameOf).join(', ')) : text.draftNobody}
              </span>
              <time className="text-2xs text-muted tabular-nums">{formatListTime(draft.updatedAt)}</time>
            </span>
            <span className="truncate">
              {draft.subject || text.noSubject}
              <span className="text-muted"> — {wordsOf(draft.message)}</span>
            </span>
          </button>
          <IconButton
            label={text.deleteDraft}
            onClick={() => remove.mutate({ id: draft.id, revision: draft.revision })}
          >
            <Trash2 />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}
