/**
 * What works with an account's servers and what does not, what follows from it, and a report to pass on. A certificate
 * that is in the way can be trusted here, once it was compared.
 */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleAlert, CircleCheck } from 'lucide-react';
import { useEffect, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import { type Connection, failureOf, trpc } from '../../lib/api.ts';
import { settingsText as text } from '../../lib/i18n/settings.ts';
import { CertificateCard } from '../accounts/index.ts';

interface Pins {
  imap?: string;
  smtp?: string;
}

const sideOf = (id: string, pins: Pins) => (id === 'imap' ? pins.imap : id === 'smtp' ? pins.smtp : undefined);

export function DoctorDialog({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const { mutate, data, error, isPending } = useMutation(trpc.connections.doctor.mutationOptions());
  const client = useQueryClient();
  const [pins, setPins] = useState<Pins>({});
  const trust = useMutation(
    trpc.connections.update.mutationOptions({
      onSuccess: () => {
        toast(text.trustedAgain);
        client.invalidateQueries({ queryKey: trpc.connections.list.pathKey() });
      },
      onSettled: () => {
        setPins({});
        mutate({ connectionId: connection.id });
      },
    }),
  );
  /** All of them are tested at once, so all that are in the way are trusted first. */
  const trustOne = (side: string, pin: string) => {
    const trusted = { ...pins, [side]: pin };
    setPins(trusted);
    const isWhole = data?.checks.every(({ id, certificate }) => !certificate || sideOf(id, trusted) !== undefined);
    if (isWhole) trust.mutate({ connectionId: connection.id, tls: { pins: trusted } });
  };
  useEffect(() => mutate({ connectionId: connection.id }), [mutate, connection.id]);
  const copy = async () => {
    await navigator.clipboard.writeText(data?.report ?? '');
    toast(text.copied);
  };
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={text.doctorTitle(connection.email)}
      className="max-w-2xl"
    >
      {(isPending || trust.isPending) && (
        <p className="flex items-center gap-2 text-muted">
          <Spinner />
          {text.checking}
        </p>
      )}
      {trust.error && <Notice tone="danger" title={failureOf(trust.error).message} fix={failureOf(trust.error).fix} />}
      {error && <Notice tone="danger" title={failureOf(error).message} fix={failureOf(error).fix} />}
      {data && !isPending && !trust.isPending && (
        <>
          <ul className="divide-y" data-testid="doctor-checks">
            {data.checks.map(({ id, ok, title, detail, consequence, fix, code, certificate }) => (
              <li key={id} className="flex gap-3 py-2.5">
                {ok ? (
                  <CircleCheck aria-label={text.checkGood} className="mt-0.5 size-4 shrink-0 text-good" />
                ) : (
                  <CircleAlert aria-label={text.checkBad} className="mt-0.5 size-4 shrink-0 text-warn" />
                )}
                <div className="min-w-0 [overflow-wrap:anywhere]">
                  <p className="font-medium">{title}</p>
                  <p className="text-muted">{detail}</p>
                  {consequence !== undefined && <p>{consequence}</p>}
                  {fix !== undefined && <p>{fix}</p>}
                  {certificate && (
                    <CertificateCard
                      certificate={certificate}
                      isChanged={code === 'CERTIFICATE_CHANGED'}
                      isTrusted={sideOf(id, pins) !== undefined}
                      onTrust={() => trustOne(id, certificate.pin)}
                    />
                  )}
                </div>
              </li>
            ))}
          </ul>
          <div className="mt-4 flex flex-wrap gap-2">
            <Button onClick={() => void copy()}>{text.copyReport}</Button>
            <Button variant="ghost" onClick={() => mutate({ connectionId: connection.id })}>
              {text.checkAgain}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}
