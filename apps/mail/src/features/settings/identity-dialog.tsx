/** One name and address to write as: its signature, where its answers go, and the server that it sends through. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, Suspense, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../../components/ui/button.tsx';
import { Confirm, Dialog } from '../../components/ui/dialog.tsx';
import { SelectField, TextField } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import { Switch } from '../../components/ui/switch.tsx';
import { apiClient, type Connection, failureOf, type Identity, type Inputs, trpc } from '../../lib/api.ts';
import { accountsText } from '../../lib/i18n/accounts.ts';
import { settingsText as text } from '../../lib/i18n/settings.ts';
import { ProbeRows, ServerFieldset } from '../accounts/index.ts';
import { RichField } from '../compose/index.ts';
import { fieldsOfIdentity, type IdentityFields, serverChange } from './identity-form.ts';

export interface IdentityDialogProps {
  /** Undefined: a new one. */
  identity: Identity | undefined;
  connections: readonly Connection[];
  onClose: () => void;
}

export function IdentityDialog({ identity, connections, onClose }: IdentityDialogProps) {
  const [account] = connections;
  const [before] = useState(() =>
    fieldsOfIdentity(
      identity ?? { connectionId: account?.id ?? '', name: account?.name ?? '', email: '', isDefault: false },
    ),
  );
  const [fields, setFields] = useState(before);
  const [isRemoving, setIsRemoving] = useState(false);
  const { test, save, remove } = useIdentityChanges(onClose);
  const isAccounts = connections.some(({ id, email }) => id === before.connectionId && email === before.email);
  const change = (changed: Partial<IdentityFields>) => {
    setFields((current) => ({ ...current, ...changed }));
    test.reset();
    save.reset();
  };
  const submit = async (using: IdentityFields) => {
    save.reset();
    const { connectionId, name, email, replyTo, signature, bccSelf, isDefault } = using;
    const smtp = serverChange(using, before);
    if (smtp) {
      const result = await test.mutateAsync({ id: identity?.id, email, smtp }).catch(() => null);
      if (!result?.ok) return;
    }
    const kept = { name, email, replyTo, signature, bccSelf, isDefault };
    if (identity) save.mutate({ update: { ...kept, smtp, id: identity.id } });
    else save.mutate({ create: { ...kept, connectionId, ...(smtp ? { smtp } : {}) } });
  };
  const trust = (_side: unknown, pin: string) => {
    const trusting = { ...fields, pin };
    setFields(trusting);
    void submit(trusting);
  };
  const failure = test.error ?? save.error;
  const problem = failure ? failureOf(failure) : undefined;
  const isBusy = test.isPending || save.isPending;
  const summary = accountsText.settingsSummary(
    fields.server.host,
    Number(fields.server.port),
    accountsText.securityChoices[fields.server.security],
  );
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={text.identityTitle(before.email)}
      className="max-w-xl"
    >
      <form
        className="flex flex-col gap-4"
        data-testid="identity-form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void submit(fields);
        }}
      >
        <AddressFields fields={fields} isNew={!identity} connections={connections} onChange={change} />
        <Suspense fallback={<Spinner />}>
          <RichField
            label={text.signature}
            initial={before.signature}
            placeholder={text.signatureHint}
            testId="signature"
            onChange={(signature) => change({ signature })}
          />
        </Suspense>
        <SwitchLine label={text.bccSelf} isOn={fields.bccSelf} onChange={(bccSelf) => change({ bccSelf })} />
        <SwitchLine
          label={text.defaultIdentity}
          isOn={fields.isDefault}
          onChange={(isDefault) => change({ isDefault })}
        />
        <SwitchLine
          label={text.ownServer}
          hint={text.ownServerHint}
          isOn={fields.hasOwnServer}
          onChange={(hasOwnServer) => change({ hasOwnServer })}
        />
        {fields.hasOwnServer && (
          <div className="flex flex-col gap-3 rounded-lg border bg-sunken p-4">
            <ServerFieldset
              side="smtp"
              server={fields.server}
              usernamePlaceholder={fields.email}
              onChange={(server) => change({ server, pin: undefined })}
            />
            <TextField
              label={text.ownServerPassword}
              type="password"
              name="smtp-password"
              autoComplete="off"
              required={!before.hasOwnServer}
              value={fields.password}
              hint={before.hasOwnServer ? text.ownServerKept : undefined}
              onChange={(event) => change({ password: event.target.value })}
            />
            {(test.isPending || test.data) && (
              <ProbeRows
                isTesting={test.isPending}
                result={test.data && { smtp: test.data }}
                summaries={{ smtp: summary }}
                onTrust={trust}
              />
            )}
          </div>
        )}
        {problem && <Notice tone="danger" title={problem.message} fix={problem.fix} />}
        <div className="flex flex-wrap justify-end gap-2">
          {identity && !isAccounts && !before.isDefault && (
            <Button variant="ghost" className="mr-auto text-danger" onClick={() => setIsRemoving(true)}>
              {text.removeIdentity}
            </Button>
          )}
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" variant="primary" disabled={isBusy}>
            {isBusy && <Spinner className="text-current" />}
            {serverChange(fields, before) ? text.saveAndTest : text.save}
          </Button>
        </div>
      </form>
      <Confirm
        isOpen={isRemoving}
        onOpenChange={setIsRemoving}
        title={text.removeIdentityTitle(before.email)}
        description={text.removeIdentityDescription}
        confirmLabel={text.removeIdentityConfirm}
        onConfirm={() => identity && remove.mutate({ id: identity.id })}
      />
    </Dialog>
  );
}

type Saving =
  | { create: Inputs['identities']['create']; update?: undefined }
  | { create?: undefined; update: Inputs['identities']['update'] };

async function saveIdentity({ create, update }: Saving): Promise<void> {
  if (create) await apiClient.identities.create.mutate(create);
  else await apiClient.identities.update.mutate(update);
}

function useIdentityChanges(onDone: () => void) {
  const client = useQueryClient();
  const done = {
    onSuccess: () => {
      client.invalidateQueries({ queryKey: trpc.identities.pathKey() });
      client.invalidateQueries({ queryKey: trpc.mail.getEmailAliases.pathKey() });
      client.invalidateQueries({ queryKey: trpc.outbox.pathKey() });
      toast(text.saved);
      onDone();
    },
  };
  return {
    test: useMutation(trpc.identities.test.mutationOptions()),
    save: useMutation({ mutationFn: saveIdentity, ...done }),
    remove: useMutation(
      trpc.identities.delete.mutationOptions({
        ...done,
        onError: (error) => void toast.error(failureOf(error).message),
      }),
    ),
  };
}

interface AddressFieldsProps {
  fields: IdentityFields;
  isNew: boolean;
  connections: readonly Connection[];
  onChange: (changed: Partial<IdentityFields>) => void;
}

function AddressFields({ fields, isNew, connections, onChange }: AddressFieldsProps) {
  return (
    <>
      {isNew && connections.length > 1 && (
        <SelectField
          label={text.account}
          value={fields.connectionId}
          choices={connections.map(({ id, email }) => ({ value: id, label: email }))}
          onChange={(connectionId) => onChange({ connectionId })}
        />
      )}
      <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
        <TextField
          label={text.name}
          value={fields.name}
          maxLength={200}
          onChange={(event) => onChange({ name: event.target.value })}
        />
        <TextField
          label={text.email}
          type="text"
          inputMode="email"
          autoComplete="off"
          pattern="(\*|[^@\s]+)@[^@\s]+"
          hint={isNew || fields.email.startsWith('*') ? text.catchAllHint : undefined}
          required
          value={fields.email}
          onChange={(event) => onChange({ email: event.target.value.trim() })}
        />
        <TextField
          label={text.replyTo}
          type="email"
          placeholder={text.replyToSame}
          value={fields.replyTo}
          onChange={(event) => onChange({ replyTo: event.target.value.trim() })}
        />
      </div>
    </>
  );
}

interface SwitchLineProps {
  label: string;
  hint?: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

function SwitchLine({ label, hint, isOn, onChange }: SwitchLineProps) {
  return (
    <div className="flex items-start gap-3">
      <Switch label={label} isOn={isOn} onChange={onChange} />
      <span className="min-w-0 flex-1">
        <span className="block">{label}</span>
        {hint !== undefined && <span className="block text-xs text-muted">{hint}</span>}
      </span>
    </div>
  );
}
