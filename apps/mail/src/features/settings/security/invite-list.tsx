/** Links that let others make an account, where the server takes people by invitation. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { toast } from 'sonner';
import { Button } from '../../../components/ui/button.tsx';
import { TextField } from '../../../components/ui/field.tsx';
import { failureOf, trpc } from '../../../lib/api.ts';
import { formatFullTime } from '../../../lib/format.ts';
import { securityText as text } from '../../../lib/i18n/security.ts';
import { Line, Section } from '../section.tsx';

const linkOf = (token: string) => `${window.location.origin}/sign-up?invite=${encodeURIComponent(token)}`;

export function InviteList() {
  const client = useQueryClient();
  const { data } = useQuery(trpc.invites.list.queryOptions());
  const options = {
    onError: (error: unknown) => void toast.error(failureOf(error).message),
    onSettled: () => client.invalidateQueries({ queryKey: trpc.invites.pathKey() }),
  };
  const invite = useMutation(trpc.invites.create.mutationOptions(options));
  const withdraw = useMutation(
    trpc.invites.delete.mutationOptions({ ...options, onSuccess: () => void toast(text.withdrawn) }),
  );
  const copy = (token: string) =>
    navigator.clipboard.writeText(linkOf(token)).then(
      () => toast(text.inviteCopied),
      () => undefined,
    );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get('email')).trim();
    invite.mutate(email === '' ? {} : { email });
    event.currentTarget.reset();
  };
  return (
    <Section title={text.invites} intro={text.invitesIntro}>
      {data?.invites.map(({ token, email, isUsed, expiresAt }) => (
        <Line
          key={token}
          title={text.inviteFor(email)}
          hint={isUsed ? text.inviteUsed : text.inviteUntil(formatFullTime(expiresAt))}
        >
          {!isUsed && (
            <>
              <Button size="small" onClick={() => void copy(token)}>
                {text.copyInvite}
              </Button>
              <Button size="small" variant="ghost" onClick={() => withdraw.mutate({ token })}>
                {text.withdraw}
              </Button>
            </>
          )}
        </Line>
      ))}
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3 px-4 py-3" data-testid="invite-form">
        <TextField label={text.inviteEmail} name="email" type="email" className="min-w-56 flex-1" />
        <Button type="submit" disabled={invite.isPending}>
          {text.makeInvite}
        </Button>
      </form>
    </Section>
  );
}
