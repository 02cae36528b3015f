/** Account, compose, folders with their numbers, labels, and how the account stands. */
import { useQuery } from '@tanstack/react-query';
import {
  Archive,
  Ban,
  ChevronRight,
  Clock,
  FilePen,
  Folder,
  Inbox,
  Mails,
  PenLine,
  Send,
  SendHorizontal,
  Star,
  Trash2,
  TriangleAlert,
} from 'lucide-react';
import { Collapsible } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { type Connection, type FolderCount, trpc } from '../../lib/api.ts';
import { cn } from '../../lib/class-names.ts';
import { formatCount } from '../../lib/format.ts';
import { shellText as text } from '../../lib/i18n/shell.ts';
import { LabelDot } from '../labels/index.ts';
import { AccountMenu } from './account-menu.tsx';
import { ConnectionLine } from './connection-line.tsx';
import { isMainFolder, type MainFolder, type SidebarFolder, sidebarFolders } from './folders.ts';

const ICONS: Readonly<Record<MainFolder, ReactNode>> = {
  inbox: <Inbox />,
  starred: <Star />,
  snoozed: <Clock />,
  draft: <FilePen />,
  sent: <Send />,
  scheduled: <SendHorizontal />,
  archive: <Archive />,
  spam: <Ban />,
  bin: <Trash2 />,
  all: <Mails />,
};

export interface SidebarProps {
  connections: readonly Connection[];
  account: string | undefined;
  counts: readonly FolderCount[];
  folder: string;
  onFolder: (folder: string) => void;
  onAccount: (account: string | undefined) => void;
  onCompose: () => void;
  onFix: (connectionId: string) => void;
}

export function Sidebar(props: SidebarProps) {
  const { connections, account, counts, folder, onFolder } = props;
  const folders = sidebarFolders(counts);
  const connectionId = account === 'all' ? undefined : account;
  const { data: labels = [] } = useQuery(trpc.labels.list.queryOptions({ connectionId }));
  const { data: outbox } = useQuery(trpc.outbox.list.queryOptions({ connectionId }, { staleTime: 10_000 }));
  const stuck = outbox?.items.filter(({ state }) => ['failed', 'uncertain', 'partial'].includes(state)).length ?? 0;
  const shown =
    account === 'all' ? connections : connections.filter((one) => (account ? one.id === account : one.isDefault));
  const item = (one: SidebarFolder, icon: ReactNode) => (
    <FolderItem key={one.id} folder={one} icon={icon} isCurrent={one.id === folder} onSelect={() => onFolder(one.id)} />
  );
  return (
    <div className="flex h-full flex-col gap-2 p-2.5">
      <AccountMenu connections={connections} account={account} onAccount={props.onAccount} />
      <Button
        variant="primary"
        className="h-9 w-full justify-start rounded-lg px-3.5"
        onClick={props.onCompose}
        data-testid="compose-button"
      >
        <PenLine />
        {text.compose}
      </Button>
      <nav aria-label={text.folders} className="-mx-1 min-h-0 flex-1 overflow-y-auto px-1 pb-2">
        <ul>{folders.main.map((one) => item(one, isMainFolder(one.id) && ICONS[one.id]))}</ul>
        {folders.mailboxes.length > 0 && (
          <Group title={text.moreFolders}>{folders.mailboxes.map((one) => item(one, <Folder />))}</Group>
        )}
        {folders.labels.length > 0 && (
          <Group title={text.labels}>
            {folders.labels.map((one) => {
              const label = labels.find(({ id }) => id === one.id);
              return item(
                one,
                <span className="flex size-4 items-center justify-center">
                  <LabelDot label={label ?? {}} />
                </span>,
              );
            })}
          </Group>
        )}
      </nav>
      {stuck > 0 && (
        <button
          type="button"
          className="flex items-center gap-2 rounded-md bg-danger-soft px-2 py-1.5 text-left text-xs text-danger"
          onClick={() => onFolder('scheduled')}
        >
          <TriangleAlert className="size-3.5" aria-hidden="true" />
          {text.outboxProblem(stuck)}
        </button>
      )}
      <ConnectionLine connections={shown} onFix={props.onFix} />
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Collapsible.Root defaultOpen className="mt-3">
      <Collapsible.Trigger className="group flex h-7 w-full items-center gap-1 rounded-md px-2 text-2xs font-semibold text-muted hover:text-ink">
        {title}
        <ChevronRight className="size-3 transition-transform group-data-[state=open]:rotate-90" aria-hidden="true" />
      </Collapsible.Trigger>
      <Collapsible.Content>
        <ul>{children}</ul>
      </Collapsible.Content>
    </Collapsible.Root>
  );
}

interface FolderItemProps {
  folder: SidebarFolder;
  icon: ReactNode;
  isCurrent: boolean;
  onSelect: () => void;
}

function FolderItem({ folder, icon, isCurrent, onSelect }: FolderItemProps) {
  const { name, badge, depth, path } = folder;
  return (
    <li>
      <button
        type="button"
        onClick={onSelect}
        aria-current={isCurrent ? 'page' : undefined}
        data-testid={`folder-${folder.id}`}
        title={path !== name ? path : undefined}
        className={cn(
          'flex h-8 w-full items-center gap-2.5 rounded-md pr-2 text-left [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted',
          isCurrent ? 'bg-selected font-semibold text-ink [&_svg]:text-accent' : 'hover:bg-hover',
        )}
        style={{ paddingLeft: 8 + depth * 14 }}
      >
        {icon}
        <span className="min-w-0 flex-1 truncate">{name}</span>
        {badge > 0 && (
          <span className={cn('text-2xs tabular-nums', isCurrent ? 'text-ink' : 'text-muted')}>
            {formatCount(badge)}
          </span>
        )}
      </button>
    </li>
  );
}
