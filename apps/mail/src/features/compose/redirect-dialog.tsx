/** To whom a message is sent on as it is: from its sender, who gets the answers. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { type Address, apiClient, type Failure, failureOf, type ParsedMessage, trpc } from '../../lib/api.ts';
import { nameOf } from '../../lib/format.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';
import { useSettings } from '../../lib/settings.ts';
import { AddressField } from './address-field.tsx';
import { isAddress } from './addresses.ts';

export function RedirectDialog({ message, onClose }: { message: ParsedMessage; onClose: () => void }) {
  const client = useQueryClient();
  const { undoSendSeconds } = useSettings();
  const [to, setTo] = useState<Address[]>([]);
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [problem, setProblem] = useState<Failure>();
  const refresh = () => void client.invalidateQueries({ queryKey: trpc.outbox.pathKey() });
  const takeBack = (id: string) =>
    apiClient.outbox.cancel
      .mutate({ id })
      .then(() => toast(text.redirectCanceled))
      .catch((error: unknown) => toast.error(text.undoTooLate, { description: failureOf(error).message }))
      .finally(refresh);
  const redirect = useMutation(
    trpc.mail.redirect.mutationOptions({
      onSuccess: ({ id }) => {
        const canUndo = undoSendSeconds > 0;
        toast(text.redirected, {
          ...(canUndo ? { duration: undoSendSeconds * 1000 } : {}),
          ...(canUndo ? { action: { label: text.undo, onClick: () => void takeBack(id) } } : {}),
        });
        refresh();
        onClose();
      },
      onError: (error) => {
        const failure = failureOf(error);
        // Whoever tries again after this was told means it.
        if (failure.code === 'CONFLICT') setKey(crypto.randomUUID());
        setProblem(failure);
      },
    }),
  );
  const send = () => {
    const bad = to.find(({ email }) => !isAddress(email));
    if (to.length === 0) return setProblem({ message: text.noRecipient });
    if (bad) return setProblem({ message: text.badRecipient(bad.email) });
    redirect.mutate({ id: message.id, to, fromEmail: message.answer.from?.email, idempotencyKey: key });
  };
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={text.redirectTitle}
      description={text.redirectDetail(nameOf(message.sender))}
    >
      <div className="rounded-md border [&>div]:border-b-0">
        <AddressField
          label={text.to}
          addresses={to}
          onChange={(addresses) => {
            setTo(addresses);
            setProblem(undefined);
          }}
          connectionId={message.connectionId}
          isFocusedFirst
        />
      </div>
      {problem && <Notice tone="danger" className="mt-3" title={problem.message} fix={problem.fix} />}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{text.redirectCancel}</Button>
        <Button variant="primary" disabled={redirect.isPending} onClick={send}>
          {text.redirectSend}
        </Button>
      </div>
    </Dialog>
  );
}
