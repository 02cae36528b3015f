/** The second factor of a sign-in: the code of an app, or one of those kept for an emergency. */
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { TextField } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { authClient } from '../../lib/auth-client.ts';
import { authText as text } from '../../lib/i18n/auth.ts';
import { authProblemOf } from './auth-errors.ts';
import { refreshSession } from './session.ts';

export function CodeForm({ onSignedIn, onBack }: { onSignedIn: () => void; onBack: () => void }) {
  const [isBackup, setIsBackup] = useState(false);
  const verify = useMutation({
    mutationFn: async (fields: { code: string; trustDevice: boolean }) => {
      const { error } = isBackup
        ? await authClient.twoFactor.verifyBackupCode(fields)
        : await authClient.twoFactor.verifyTotp(fields);
      if (error) return authProblemOf(error);
      await refreshSession();
      return null;
    },
    onSuccess: (problem) => {
      if (!problem) onSignedIn();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    verify.mutate({ code: String(fields.get('code')).trim(), trustDevice: fields.get('trust') === 'on' });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField
        key={isBackup ? 'backup' : 'app'}
        label={isBackup ? text.backupCode : text.code}
        name="code"
        inputMode={isBackup ? 'text' : 'numeric'}
        autoComplete="one-time-code"
        required
        autoFocus
        hint={isBackup ? text.backupCodeHint : text.codeHint}
      />
      <label className="flex items-center gap-2">
        <input type="checkbox" name="trust" className="size-4 accent-accent" />
        {text.trustDevice}
      </label>
      {verify.data && <Notice tone="danger" title={verify.data.message} fix={verify.data.fix} />}
      <Button type="submit" variant="primary" disabled={verify.isPending} className="w-full">
        {text.signIn}
      </Button>
      <Button variant="ghost" size="small" onClick={() => setIsBackup(!isBackup)}>
        {isBackup ? text.useApp : text.useBackupCode}
      </Button>
      <Button variant="ghost" size="small" onClick={onBack}>
        {text.startOver}
      </Button>
    </form>
  );
}
