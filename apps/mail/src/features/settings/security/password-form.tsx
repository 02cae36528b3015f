/** Another password for the app account. */
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useRef } from 'react';
import { toast } from 'sonner';
import { Button } from '../../../components/ui/button.tsx';
import { TextField } from '../../../components/ui/field.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { authClient } from '../../../lib/auth-client.ts';
import { authText } from '../../../lib/i18n/auth.ts';
import { securityText as text } from '../../../lib/i18n/security.ts';
import { type AuthProblem, authProblemOf } from '../../auth/index.ts';

export function PasswordForm() {
  const form = useRef<HTMLFormElement>(null);
  const change = useMutation({
    mutationFn: async (passwords: { currentPassword: string; newPassword: string }): Promise<AuthProblem | null> => {
      const { error } = await authClient.changePassword({ ...passwords, revokeOtherSessions: true });
      if (!error) return null;
      return error.code === 'INVALID_PASSWORD' ? { message: text.wrongPassword } : authProblemOf(error);
    },
    onSuccess: (problem) => {
      if (problem) return;
      form.current?.reset();
      toast(text.passwordChanged);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    change.mutate({ currentPassword: String(fields.get('current')), newPassword: String(fields.get('new')) });
  };
  return (
    <form ref={form} onSubmit={submit} className="flex flex-col gap-3 px-4 py-4" data-testid="password-form">
      <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
        <TextField
          label={text.currentPassword}
          name="current"
          type="password"
          autoComplete="current-password"
          required
        />
        <TextField
          label={text.newPassword}
          name="new"
          type="password"
          autoComplete="new-password"
          required
          minLength={8}
          hint={authText.passwordHint}
        />
      </div>
      {change.data && <Notice tone="danger" title={change.data.message} fix={change.data.fix} />}
      <Button type="submit" className="self-start" disabled={change.isPending}>
        {text.changePassword}
      </Button>
    </form>
  );
}
