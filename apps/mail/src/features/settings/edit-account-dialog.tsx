/** Changes an account's name, password or servers; servers and passwords are tested before they are kept. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { TextField } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import { type Connection, failureOf, trpc } from '../../lib/api.ts';
import { accountsText } from '../../lib/i18n/accounts.ts';
import { settingsText as text } from '../../lib/i18n/settings.ts';
import {
  type ConnectFields,
  fieldsOfConnection,
  newConnectionOf,
  ProbeRows,
  ServerFieldset,
} from '../accounts/index.ts';

export function EditAccountDialog({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const client = useQueryClient();
  const [before] = useState(() => fieldsOfConnection(connection));
  const [fields, setFields] = useState<ConnectFields>(before);
  const test = useMutation(trpc.connections.test.mutationOptions());
  const update = useMutation(
    trpc.connections.update.mutationOptions({
      onSuccess: () => {
        client.invalidateQueries({ queryKey: trpc.connections.list.pathKey() });
        toast(text.saved);
        onClose();
      },
    }),
  );
  const isServerChanged = (['imap', 'smtp'] as const).some(
    (side) => JSON.stringify(fields[side]) !== JSON.stringify(before[side]),
  );
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    update.reset();
    const connectionId = connection.id;
    const { imap, smtp, auth, tls } = newConnectionOf(fields);
    const hasPassword = fields.password !== '';
    if (hasPassword) {
      const result = await test.mutateAsync(newConnectionOf(fields)).catch(() => null);
      if (!result?.imap.ok || !result.smtp.ok) return;
    }
    const isTouched = isServerChanged || hasPassword || tls !== undefined;
    update.mutate({
      connectionId,
      name: fields.name.trim(),
      ...(isTouched ? { imap, smtp } : {}),
      ...(hasPassword ? { auth } : {}),
      ...(tls === undefined ? {} : { tls }),
    });
  };
  const change = (changed: Partial<ConnectFields>) => {
    setFields({ ...fields, ...changed });
    test.reset();
    update.reset();
  };
  const isBusy = test.isPending || update.isPending;
  const failure = test.error ?? update.error;
  const problem = failure ? failureOf(failure) : undefined;
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={text.editTitle(connection.email)}
      className="max-w-xl"
    >
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-5">
        <TextField
          label={text.accountName}
          value={fields.name}
          onChange={(event) => change({ name: event.target.value })}
        />
        {connection.auth === 'oauth2' ? (
          <Notice title={accountsText.signedInWith} />
        ) : (
          <TextField
            label={text.newPassword}
            type="password"
            name="account-password"
            autoComplete="off"
            value={fields.password}
            hint={text.newPasswordHint}
            onChange={(event) => change({ password: event.target.value })}
          />
        )}
        {(['imap', 'smtp'] as const).map((side) => (
          <ServerFieldset
            key={side}
            side={side}
            server={fields[side]}
            usernamePlaceholder={connection.email}
            onChange={(server) => change({ [side]: server })}
          />
        ))}
        {(test.isPending || test.data) && (
          <ProbeRows
            isTesting={test.isPending}
            result={test.data}
            summaries={{
              imap: accountsText.settingsSummary(
                fields.imap.host,
                Number(fields.imap.port),
                accountsText.securityChoices[fields.imap.security],
              ),
              smtp: accountsText.settingsSummary(
                fields.smtp.host,
                Number(fields.smtp.port),
                accountsText.securityChoices[fields.smtp.security],
              ),
            }}
            onTrust={(side, pin) => setFields({ ...fields, pins: { ...fields.pins, [side]: pin } })}
          />
        )}
        {problem && <Notice tone="danger" title={problem.message} fix={problem.fix} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" variant="primary" disabled={isBusy}>
            {isBusy && <Spinner className="text-current" />}
            {isServerChanged || fields.password !== '' ? text.saveAndTest : text.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
