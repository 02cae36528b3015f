/** Chooses the account, or all of them; and what belongs to the user rather than to the mail. */
import { ChevronsUpDown, Inbox, Keyboard, LogOut, Plus, Settings } from 'lucide-react';
import { Avatar } from '../../components/ui/avatar.tsx';
import { Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from '../../components/ui/menu.tsx';
import type { Connection } from '../../lib/api.ts';
import { shellText as text } from '../../lib/i18n/shell.ts';
import { runCommand } from '../../lib/keyboard/index.ts';

export interface AccountMenuProps {
  connections: readonly Connection[];
  account: string | undefined;
  onAccount: (account: string | undefined) => void;
}

export function AccountMenu({ connections, account, onAccount }: AccountMenuProps) {
  const current =
    connections.find((one) => (account === undefined ? one.isDefault : one.id === account)) ?? connections[0];
  const isAll = account === 'all';
  const name = isAll ? text.allAccounts : ((current?.name || current?.email) ?? '');
  return (
    <Menu>
      <MenuTrigger
        data-testid="account-menu"
        aria-label={`${text.accounts}: ${isAll ? text.allAccounts : (current?.email ?? '')}`}
        className="flex w-full min-w-0 items-center gap-2.5 rounded-lg p-1.5 text-left hover:bg-hover"
      >
        {isAll ? (
          <span className="flex size-8 items-center justify-center rounded-full bg-hover">
            <Inbox className="size-4" />
          </span>
        ) : (
          current && <Avatar address={{ name: current.name, email: current.email }} />
        )}
        <span className="min-w-0 flex-1">
          <span className="block truncate font-semibold">{name}</span>
          {!isAll && current && name !== current.email && (
            <span className="block truncate text-2xs text-muted">{current.email}</span>
          )}
        </span>
        <ChevronsUpDown className="size-3.5 shrink-0 text-muted" aria-hidden="true" />
      </MenuTrigger>
      <MenuContent align="start" className="w-64">
        <MenuLabel>{text.accounts}</MenuLabel>
        {connections.map((one) => (
          <MenuItem
            key={one.id}
            className="h-9"
            icon={<Avatar address={{ name: one.name, email: one.email }} className="size-6 text-[9px]" />}
            isChecked={!isAll && one.id === current?.id}
            onSelect={() => onAccount(one.isDefault ? undefined : one.id)}
          >
            {one.email}
          </MenuItem>
        ))}
        {connections.length > 1 && (
          <MenuItem icon={<Inbox />} className="h-9" isChecked={isAll} onSelect={() => onAccount('all')}>
            {text.allAccounts}
          </MenuItem>
        )}
        <MenuItem icon={<Plus />} onSelect={() => runCommand('addAccount')}>
          {text.addAccount}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<Settings />} keys="g ," onSelect={() => runCommand('settings')}>
          {text.settings}
        </MenuItem>
        <MenuItem icon={<Keyboard />} keys="?" onSelect={() => setTimeout(() => runCommand('help'))}>
          {text.help}
        </MenuItem>
        <MenuItem icon={<LogOut />} onSelect={() => runCommand('signOut')}>
          {text.signOut}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
