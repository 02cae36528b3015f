/** `/mail/<folder>`: the list, the search in `q`, the account in `account`, the open conversation in `thread`. */
import { createRoute, redirect, useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect } from 'react';
import { useConnections } from '../features/accounts/index.ts';
import { signOut } from '../features/auth/index.ts';
import { newSeed, openComposer, openDraft, openTakenBack } from '../features/compose/index.ts';
import { DraftsPage, MailboxPage, OutboxPage } from '../features/inbox/index.ts';
import { folderName, Shell, useCounts } from '../features/shell/index.ts';
import { ThreadView } from '../features/thread/index.ts';
import { queryClient, trpc } from '../lib/api.ts';
import { shellText } from '../lib/i18n/shell.ts';
import { z } from '../lib/zod.ts';
import { signedInRoute } from './signed-in.tsx';

const searchSchema = z.object({
  q: z.string().optional().catch(undefined),
  account: z.string().optional().catch(undefined),
  thread: z.string().optional().catch(undefined),
});

export const mailRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/mail/$folder',
  validateSearch: searchSchema,
  beforeLoad: async () => {
    const { connections } = await queryClient.ensureQueryData(trpc.connections.list.queryOptions());
    if (connections.length === 0) throw redirect({ to: '/connect' });
  },
  component: MailRoute,
});

function MailRoute() {
  const navigate = useNavigate();
  const { folder } = mailRoute.useParams();
  const { q = '', account, thread } = mailRoute.useSearch();
  const { connections } = useConnections();
  const counts = useCounts(account, connections);
  const name = folderName(counts, folder);
  const unread = counts.find(({ id }) => id === 'inbox')?.count ?? 0;
  useEffect(() => {
    document.title = `${shellText.unread_title(unread, name || shellText.product)} · ${shellText.product}`;
  }, [unread, name]);

  const go = useCallback(
    (to: string, search: { q?: string; account?: string; thread?: string }) =>
      void navigate({ to: '/mail/$folder', params: { folder: to }, search }),
    [navigate],
  );
  const open = useCallback(
    (threadId: string | undefined) =>
      void navigate({
        to: '/mail/$folder',
        params: { folder },
        search: (previous) => ({ ...previous, thread: threadId }),
        // Going through the list is one step of the history.
        replace: thread !== undefined && threadId !== undefined,
      }),
    [navigate, folder, thread],
  );
  const search = (words: string) => {
    const everywhere = words !== '' && q === '' && folder === 'inbox' ? 'all' : folder;
    go(
      words === '' && q !== '' && folder === 'all' ? 'inbox' : everywhere,
      words === '' ? { account } : { account, q: words },
    );
  };
  const compose = () => openComposer(newSeed({ connectionId: account === 'all' ? undefined : account }));
  return (
    <Shell
      connections={connections}
      account={account}
      counts={counts}
      folder={folder}
      query={q}
      isReading={thread !== undefined}
      onFolder={(to) => go(to, { account })}
      onAccount={(to) => go('inbox', { account: to })}
      onSearch={search}
      onCompose={compose}
      onSettings={(section = 'general') => void navigate({ to: '/settings/$section', params: { section } })}
      onAddAccount={() => void navigate({ to: '/connect' })}
      onSignOut={() => void signOut()}
    >
      {folder === 'draft' ? (
        <DraftsPage account={account === 'all' ? undefined : account} q={q} onOpen={({ id }) => void openDraft(id)} />
      ) : folder === 'scheduled' ? (
        <OutboxPage account={account} onEdit={(taken) => void openTakenBack(taken)} />
      ) : (
        <MailboxPage
          folder={folder}
          q={q}
          account={account}
          openId={thread}
          folderName={name}
          connections={connections}
          onOpen={open}
          onClearSearch={() => search('')}
          renderReader={(reader) => <ThreadView key={reader.threadId} {...reader} connections={connections} />}
        />
      )}
    </Shell>
  );
}
