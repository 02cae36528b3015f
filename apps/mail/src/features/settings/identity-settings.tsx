/** The names and addresses one writes as, each with its signature and, where it has one, its own server. */
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Avatar } from '../../components/ui/avatar.tsx';
import { Button } from '../../components/ui/button.tsx';
import { type Identity, trpc } from '../../lib/api.ts';
import { settingsText as text } from '../../lib/i18n/settings.ts';
import { useConnections } from '../accounts/index.ts';
import { IdentityDialog } from './identity-dialog.tsx';
import { Section } from './section.tsx';

export function IdentitySettings() {
  const { connections } = useConnections();
  const { data: identities = [] } = useQuery(trpc.identities.list.queryOptions({}));
  const [opened, setOpened] = useState<Identity | 'new'>();
  return (
    <Section title={text.sections.identities} intro={text.identitiesIntro}>
      {identities.map((identity) => (
        <IdentityRow key={identity.id} identity={identity} onEdit={() => setOpened(identity)} />
      ))}
      {connections.length > 0 && (
        <div className="px-4 py-3">
          <Button onClick={() => setOpened('new')}>
            <Plus />
            {text.addIdentity}
          </Button>
        </div>
      )}
      {opened && (
        <IdentityDialog
          identity={opened === 'new' ? undefined : opened}
          connections={connections}
          onClose={() => setOpened(undefined)}
        />
      )}
    </Section>
  );
}

function IdentityRow({ identity, onEdit }: { identity: Identity; onEdit: () => void }) {
  const { name, email, isDefault, replyTo, smtp, error } = identity;
  const notes = [replyTo && text.repliesGoTo(replyTo), smtp && text.sendsThrough(smtp.host)].filter(Boolean);
  return (
    <div className="flex items-start gap-3 px-4 py-3" data-testid="identity-row">
      <Avatar address={{ name, email }} />
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2 font-medium">
          <span className="truncate">{name === '' ? email : name}</span>
          {isDefault && (
            <span className="rounded bg-hover px-1.5 text-2xs font-medium text-muted">{text.isDefault}</span>
          )}
        </p>
        {name !== '' && <p className="truncate text-xs text-muted">{email}</p>}
        {notes.length > 0 && <p className="mt-0.5 text-xs text-muted">{notes.join(' · ')}</p>}
        {error && (
          <p className="mt-1 text-xs text-danger">
            {error.message} {error.fix}
          </p>
        )}
      </div>
      <Button size="small" aria-label={`${text.editIdentity}: ${email}`} onClick={onEdit}>
        {text.editIdentity}
      </Button>
    </div>
  );
}
