/** The names and addresses one writes as, with their signatures. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../../components/ui/button.tsx';
import { control, SelectField, TextField } from '../../components/ui/field.tsx';
import { Switch } from '../../components/ui/switch.tsx';
import { failureOf, type Identity, trpc } from '../../lib/api.ts';
import { cn } from '../../lib/class-names.ts';
import { settingsText as text } from '../../lib/i18n/settings.ts';
import { useConnections } from '../accounts/index.ts';
import { Section } from './section.tsx';

type Fields = Pick<Identity, 'name' | 'email' | 'isDefault' | 'connectionId'> & {
  signature: string;
  replyTo: string;
  bccSelf: boolean;
};

const fieldsOf = ({ signature = '', replyTo = '', bccSelf = false, ...identity }: Identity): Fields => ({
  ...identity,
  signature,
  replyTo,
  bccSelf,
});

export function IdentitySettings() {
  const client = useQueryClient();
  const { connections } = useConnections();
  const { data: identities = [] } = useQuery(trpc.identities.list.queryOptions({}));
  const [isAdding, setIsAdding] = useState(false);
  const options = {
    onSuccess: () => void toast(text.saved),
    onError: (error: unknown) => void toast.error(failureOf(error).message),
    onSettled: () => {
      client.invalidateQueries({ queryKey: trpc.identities.pathKey() });
      client.invalidateQueries({ queryKey: trpc.mail.getEmailAliases.pathKey() });
    },
  };
  const create = useMutation(trpc.identities.create.mutationOptions(options));
  const update = useMutation(trpc.identities.update.mutationOptions(options));
  const remove = useMutation(trpc.identities.delete.mutationOptions(options));
  const [account] = connections;
  return (
    <Section title={text.sections.identities} intro={text.identitiesIntro}>
      {identities.map((identity) => (
        <IdentityForm
          key={`${identity.id} ${identity.isDefault}`}
          initial={fieldsOf(identity)}
          onSave={({ connectionId: _, ...fields }) => update.mutate({ ...fields, id: identity.id })}
          onRemove={identity.isDefault ? undefined : () => remove.mutate({ id: identity.id })}
        />
      ))}
      {isAdding && account && (
        <IdentityForm
          initial={fieldsOf({ id: '', name: account.name, email: '', isDefault: false, connectionId: account.id })}
          accounts={connections.map(({ id, email }) => ({ value: id, label: email }))}
          onSave={(fields) => {
            create.mutate(fields);
            setIsAdding(false);
          }}
          onRemove={() => setIsAdding(false)}
        />
      )}
      {!isAdding && account && (
        <div className="px-4 py-3">
          <Button onClick={() => setIsAdding(true)}>
            <Plus />
            {text.addIdentity}
          </Button>
        </div>
      )}
    </Section>
  );
}

interface IdentityFormProps {
  initial: Fields;
  accounts?: { value: string; label: string }[];
  onSave: (fields: Fields) => void;
  onRemove: (() => void) | undefined;
}

function IdentityForm({ initial, accounts = [], onSave, onRemove }: IdentityFormProps) {
  const id = useId();
  const [fields, setFields] = useState(initial);
  const change = (changed: Partial<Fields>) => setFields({ ...fields, ...changed });
  const isChanged = JSON.stringify(fields) !== JSON.stringify(initial);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave(fields);
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 px-4 py-4" data-testid="identity-form">
      {accounts.length > 1 && (
        <SelectField
          label={text.account}
          value={fields.connectionId}
          choices={accounts}
          onChange={(connectionId) => change({ connectionId })}
        />
      )}
      <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
        <TextField
          label={text.name}
          value={fields.name}
          maxLength={200}
          onChange={(event) => change({ name: event.target.value })}
        />
        <TextField
          label={text.email}
          type="text"
          inputMode="email"
          autoComplete="off"
          pattern="(\*|[^@\s]+)@[^@\s]+"
          hint={initial.email === '' || initial.email.startsWith('*') ? text.catchAllHint : undefined}
          required
          value={fields.email}
          onChange={(event) => change({ email: event.target.value.trim() })}
        />
        <TextField
          label={text.replyTo}
          type="email"
          placeholder={text.replyToSame}
          value={fields.replyTo}
          onChange={(event) => change({ replyTo: event.target.value.trim() })}
        />
      </div>
      <div className="flex flex-col gap-1">
        <label htmlFor={`${id}-signature`} className="text-xs font-medium">
          {text.signature}
        </label>
        <textarea
          id={`${id}-signature`}
          className={cn(control, 'h-auto py-2')}
          rows={3}
          maxLength={10_000}
          value={fields.signature}
          onChange={(event) => change({ signature: event.target.value })}
        />
      </div>
      <div className="flex items-center gap-3">
        <Switch label={text.bccSelf} isOn={fields.bccSelf} onChange={(bccSelf) => change({ bccSelf })} />
        <span className="flex-1 text-xs text-muted">{text.bccSelf}</span>
      </div>
      <div className="flex items-center gap-3">
        <Switch label={text.defaultIdentity} isOn={fields.isDefault} onChange={(isDefault) => change({ isDefault })} />
        <span className="flex-1 text-xs text-muted">{text.defaultIdentity}</span>
        {onRemove && (
          <Button size="small" variant="ghost" onClick={onRemove}>
            {text.removeIdentity}
          </Button>
        )}
        <Button size="small" type="submit" variant="primary" disabled={!isChanged}>
          {text.save}
        </Button>
      </div>
    </form>
  );
}
