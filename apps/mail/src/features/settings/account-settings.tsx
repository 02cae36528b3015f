/** The mail accounts: how each stands, and everything that can be done with it. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { EllipsisVertical, Plus } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { Avatar } from '../../components/ui/avatar.tsx';
import { Button, IconButton } from '../../components/ui/button.tsx';
import { Confirm } from '../../components/ui/dialog.tsx';
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '../../components/ui/menu.tsx';
import { type Connection, failureOf, queryClient, trpc } from '../../lib/api.ts';
import { cn } from '../../lib/class-names.ts';
import { formatCount } from '../../lib/format.ts';
import { accountsText } from '../../lib/i18n/accounts.ts';
import { settingsText as text } from '../../lib/i18n/settings.ts';
import { leaveToSignIn, signInFailureOf, useConnections } from '../accounts/index.ts';
import { DoctorDialog } from './doctor-dialog.tsx';
import { EditAccountDialog } from './edit-account-dialog.tsx';
import { Section } from './section.tsx';

type Opened = { type: 'edit' | 'doctor' | 'remove'; connection: Connection };

const TONES: Readonly<Record<Connection['state'], string>> = {
  live: 'bg-good',
  syncing: 'bg-accent',
  degraded: 'bg-star',
  'needs-attention': 'bg-danger',
  paused: 'bg-faint',
};

export function AccountSettings({ onAdd }: { onAdd: () => void }) {
  const client = useQueryClient();
  const { connections } = useConnections();
  const [opened, setOpened] = useState<Opened>();
  const options = {
    onSuccess: () => client.invalidateQueries(),
    onError: (error: unknown) => void toast.error(failureOf(error).message),
  };
  const update = useMutation(trpc.connections.update.mutationOptions(options));
  const setDefault = useMutation(trpc.connections.setDefault.mutationOptions(options));
  const resync = useMutation(
    trpc.connections.resync.mutationOptions({ ...options, onSuccess: () => void toast(text.resyncing) }),
  );
  const remove = useMutation(
    trpc.connections.delete.mutationOptions({
      ...options,
      onSuccess: () => {
        toast(text.removed);
        queryClient.removeQueries({ queryKey: trpc.mail.pathKey() });
        return client.invalidateQueries();
      },
    }),
  );
  const signInAgain = useMutation({
    mutationFn: ({ id, oauth }: Connection) => leaveToSignIn(oauth ?? '', { connectionId: id }),
    onError: (error) => void toast.error(signInFailureOf(error).message),
  });
  const close = () => setOpened(undefined);
  return (
    <Section title={text.sections.accounts} intro={text.accountsIntro}>
      {connections.map((connection) => {
        const { id: connectionId, state, error, progress, bodies } = connection;
        const isPaused = state === 'paused';
        return (
          <div
            key={connectionId}
            className="flex items-start gap-3 px-4 py-3"
            data-testid="account-row"
            data-state={state}
          >
            <Avatar address={{ name: connection.name, email: connection.email }} />
            <div className="min-w-0 flex-1">
              <p className="flex items-center gap-2 font-medium">
                <span className="truncate">{connection.email}</span>
                {connection.isDefault && (
                  <span className="rounded bg-hover px-1.5 text-2xs font-medium text-muted">{text.isDefault}</span>
                )}
              </p>
              <p className="mt-0.5 flex items-center gap-1.5 text-xs text-muted">
                <span aria-hidden="true" className={cn('size-2 shrink-0 rounded-full', TONES[state])} />
                {accountsText.stateNames[state]} ·{' '}
                {text.messages(formatCount(progress.synced), formatCount(progress.total))} ·{' '}
                {text.bodies(formatCount(bodies.indexed), formatCount(bodies.total))}
              </p>
              {error && (
                <p className="mt-1 text-xs text-danger">
                  {error.message} {error.fix}
                </p>
              )}
              {error && (
                <p className="mt-2 flex flex-wrap gap-2">
                  {connection.oauth !== undefined && error.code.startsWith('OAUTH_') && (
                    <Button
                      size="small"
                      variant="primary"
                      disabled={signInAgain.isPending}
                      onClick={() => signInAgain.mutate(connection)}
                    >
                      {accountsText.signInAgain}
                    </Button>
                  )}
                  {error.code.startsWith('CERTIFICATE_') && (
                    <Button size="small" variant="primary" onClick={() => setOpened({ type: 'doctor', connection })}>
                      {text.compare}
                    </Button>
                  )}
                  <Button size="small" onClick={() => setOpened({ type: 'edit', connection })}>
                    {text.edit}
                  </Button>
                </p>
              )}
            </div>
            <Menu>
              <MenuTrigger asChild>
                <IconButton label={text.more}>
                  <EllipsisVertical />
                </IconButton>
              </MenuTrigger>
              <MenuContent align="end">
                {!connection.isDefault && (
                  <MenuItem onSelect={() => setDefault.mutate({ connectionId })}>{text.makeDefault}</MenuItem>
                )}
                <MenuItem onSelect={() => setOpened({ type: 'edit', connection })}>{text.edit}</MenuItem>
                {connection.oauth !== undefined && (
                  <MenuItem onSelect={() => signInAgain.mutate(connection)}>{accountsText.signInAgain}</MenuItem>
                )}
                <MenuItem onSelect={() => setOpened({ type: 'doctor', connection })}>{text.doctor}</MenuItem>
                <MenuItem onSelect={() => update.mutate({ connectionId, paused: !isPaused })}>
                  {isPaused ? text.resume : text.pause}
                </MenuItem>
                <MenuItem onSelect={() => resync.mutate({ connectionId })}>{text.resync}</MenuItem>
                <MenuSeparator />
                <MenuItem className="text-danger" onSelect={() => setOpened({ type: 'remove', connection })}>
                  {text.remove}
                </MenuItem>
              </MenuContent>
            </Menu>
          </div>
        );
      })}
      <div className="px-4 py-3">
        <Button onClick={onAdd}>
          <Plus />
          {text.add}
        </Button>
      </div>
      {opened?.type === 'edit' && <EditAccountDialog connection={opened.connection} onClose={close} />}
      {opened?.type === 'doctor' && <DoctorDialog connection={opened.connection} onClose={close} />}
      {opened?.type === 'remove' && (
        <Confirm
          isOpen
          onOpenChange={close}
          title={text.removeTitle(opened.connection.email)}
          description={text.removeDescription}
          confirmLabel={text.removeConfirm}
          onConfirm={() => remove.mutate({ connectionId: opened.connection.id })}
        />
      )}
    </Section>
  );
}
