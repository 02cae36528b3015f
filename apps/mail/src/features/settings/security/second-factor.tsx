/** Codes by time (TOTP) beside the password: turned on with an app, proved with its first code, turned off again. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../../../components/ui/button.tsx';
import { Dialog } from '../../../components/ui/dialog.tsx';
import { TextField } from '../../../components/ui/field.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { authClient } from '../../../lib/auth-client.ts';
import { securityText as text } from '../../../lib/i18n/security.ts';
import { authProblemOf } from '../../auth/index.ts';
import { Line, Section } from '../section.tsx';
import { QrCode } from './qr-code.tsx';

const stateQuery = {
  queryKey: ['second-factor'],
  queryFn: async () => {
    const { data } = await authClient.getSession();
    return data?.user.twoFactorEnabled === true;
  },
};

type Wish = 'on' | 'off';

export function SecondFactor({ hasPassword }: { hasPassword: boolean }) {
  const client = useQueryClient();
  const { data: isOn = false } = useQuery(stateQuery);
  const [wish, setWish] = useState<Wish | null>(null);
  const settle = () => {
    setWish(null);
    client.invalidateQueries({ queryKey: stateQuery.queryKey });
  };
  return (
    <Section title={text.secondFactor} intro={text.secondFactorIntro}>
      <Line title={isOn ? text.secondFactorOn : text.secondFactorOff}>
        <Button onClick={() => setWish(isOn ? 'off' : 'on')}>{isOn ? text.turnOff : text.turnOn}</Button>
      </Line>
      <Dialog isOpen={wish !== null} onOpenChange={settle} title={text.secondFactor}>
        {wish === 'on' && <TurnOn hasPassword={hasPassword} onDone={settle} />}
        {wish === 'off' && <TurnOff hasPassword={hasPassword} onDone={settle} />}
      </Dialog>
    </Section>
  );
}

interface StepProps {
  hasPassword: boolean;
  onDone: () => void;
}

function TurnOff({ hasPassword, onDone }: StepProps) {
  const turnOff = useMutation({
    mutationFn: async (password: string) => {
      const { error } = await authClient.twoFactor.disable(hasPassword ? { password } : ({} as { password: string }));
      return error ? problemOf(error) : null;
    },
    onSuccess: (problem) => {
      if (problem) return;
      toast(text.turnedOff);
      onDone();
    },
  });
  return (
    <PasswordStep
      hasPassword={hasPassword}
      label={text.turnOff}
      problem={turnOff.data ?? null}
      isPending={turnOff.isPending}
      onSubmit={turnOff.mutate}
    />
  );
}

interface Prepared {
  uri: string;
  codes: string[];
}

function TurnOn({ hasPassword, onDone }: StepProps) {
  const [prepared, setPrepared] = useState<Prepared | null>(null);
  const [isProved, setIsProved] = useState(false);
  const prepare = useMutation({
    mutationFn: async (password: string) => {
      const { data, error } = await authClient.twoFactor.enable(
        hasPassword ? { password } : ({} as { password: string }),
      );
      if (error) return problemOf(error);
      if (data.method === 'totp') setPrepared({ uri: data.totpURI, codes: data.backupCodes });
      return null;
    },
  });
  if (prepared && isProved) return <BackupCodes codes={prepared.codes} onDone={onDone} />;
  if (prepared) return <Prove uri={prepared.uri} onProved={() => setIsProved(true)} />;
  return (
    <PasswordStep
      hasPassword={hasPassword}
      label={text.next}
      problem={prepare.data ?? null}
      isPending={prepare.isPending}
      onSubmit={prepare.mutate}
    />
  );
}

interface PasswordStepProps {
  hasPassword: boolean;
  label: string;
  problem: string | null;
  isPending: boolean;
  onSubmit: (password: string) => void;
}

function PasswordStep({ hasPassword, label, problem, isPending, onSubmit }: PasswordStepProps) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSubmit(String(new FormData(event.currentTarget).get('password') ?? ''));
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {hasPassword && (
        <TextField
          label={text.confirmPassword}
          name="password"
          type="password"
          autoComplete="current-password"
          required
        />
      )}
      {problem !== null && <Notice tone="danger" title={problem} />}
      <Button type="submit" variant="primary" disabled={isPending}>
        {label}
      </Button>
    </form>
  );
}

function Prove({ uri, onProved }: { uri: string; onProved: () => void }) {
  const prove = useMutation({
    mutationFn: async (code: string) => {
      const { error } = await authClient.twoFactor.verifyTotp({ code });
      return error ? problemOf(error) : null;
    },
    onSuccess: (problem) => {
      if (problem === null) onProved();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    prove.mutate(String(new FormData(event.currentTarget).get('code')).trim());
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p>{text.scan}</p>
      <QrCode value={uri} label={text.secondFactor} />
      <p className="text-center text-xs text-muted">
        {text.key}{' '}
        <code className="text-ink select-all [overflow-wrap:anywhere]" data-testid="totp-key">
          {new URL(uri).searchParams.get('secret')}
        </code>
      </p>
      <TextField label={text.code} name="code" inputMode="numeric" autoComplete="one-time-code" required />
      {prove.data && <Notice tone="danger" title={prove.data} />}
      <Button type="submit" variant="primary" disabled={prove.isPending}>
        {text.confirmCode}
      </Button>
    </form>
  );
}

function BackupCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const copy = () =>
    navigator.clipboard.writeText(codes.join('\n')).then(
      () => toast(text.codesCopied),
      () => undefined,
    );
  return (
    <div className="flex flex-col gap-4">
      <Notice tone="warn" title={text.backupTitle} fix={text.backupIntro} />
      <ul className="grid grid-cols-2 gap-1 rounded-lg border p-3 text-center" data-testid="backup-codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="flex justify-end gap-2">
        <Button onClick={() => void copy()}>{text.copyCodes}</Button>
        <Button variant="primary" onClick={onDone}>
          {text.done}
        </Button>
      </div>
    </div>
  );
}

function problemOf(error: { code?: string | undefined; status?: number; message?: string | undefined }): string {
  if (error.code === 'INVALID_PASSWORD') return text.wrongPassword;
  if (error.code === 'INVALID_CODE') return text.wrongCode;
  return authProblemOf(error).message;
}
