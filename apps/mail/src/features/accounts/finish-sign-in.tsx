/** Where a mail provider's sign-in page sends the browser back to: both servers are tested, then the mail is there. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import { trpc } from '../../lib/api.ts';
import { accountsText as text } from '../../lib/i18n/accounts.ts';
import { finishSignIn, leaveToSignIn, signInFailureOf } from './oauth.ts';

export interface FinishSignInProps {
  provider: string;
  /** What it brought back. */
  query: string;
  onConnected: (connectionId: string) => void;
  onBack: () => void;
}

export function FinishSignIn({ provider, query, onConnected, onBack }: FinishSignInProps) {
  const client = useQueryClient();
  const finish = useMutation({
    mutationFn: async () => {
      const connectionId = await finishSignIn(provider, query);
      // Fetched, not only invalidated: the next route asks the cache whether there is an account.
      await client.fetchQuery({ ...trpc.connections.list.queryOptions(), staleTime: 0 });
      return connectionId;
    },
  });
  // It serves once, however often this is drawn.
  const isBegun = useRef(false);
  const { mutate } = finish;
  useEffect(() => {
    if (!isBegun.current) mutate();
    isBegun.current = true;
  }, [mutate]);
  const again = useMutation({ mutationFn: () => leaveToSignIn(provider, {}) });
  const { data: connectionId } = finish;
  useEffect(() => {
    if (connectionId !== undefined) onConnected(connectionId);
  }, [connectionId, onConnected]);

  const failure = again.error ?? finish.error;
  if (!failure) {
    return (
      <p className="flex items-center gap-2 text-muted" role="status">
        <Spinner />
        {text.testing}
      </p>
    );
  }
  const { message, fix } = signInFailureOf(failure);
  return (
    <div className="flex flex-col gap-4" data-testid="sign-in-problem">
      <Notice tone="danger" title={message} fix={fix} />
      <div className="flex justify-end gap-2">
        <Button onClick={onBack}>{text.back}</Button>
        <Button variant="primary" disabled={again.isPending} onClick={() => again.mutate()}>
          {again.isPending && <Spinner className="text-current" />}
          {text.signInAgain}
        </Button>
      </div>
    </div>
  );
}
