/** Where one is signed in, and an end to it. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { Button } from '../../../components/ui/button.tsx';
import { authClient } from '../../../lib/auth-client.ts';
import { formatFullTime } from '../../../lib/format.ts';
import { securityText as text } from '../../../lib/i18n/security.ts';
import { deviceOf } from '../../auth/index.ts';
import { Line, Section } from '../section.tsx';

const sessionsQuery = {
  queryKey: ['sessions'],
  queryFn: async () => {
    const [own, all] = await Promise.all([
      authClient.getSession({ fetchOptions: { throw: true } }),
      authClient.listSessions({ fetchOptions: { throw: true } }),
    ]);
    return all
      .map((session) => ({ ...session, isOwn: session.id === own?.session.id, at: new Date(session.updatedAt) }))
      .sort((a, b) => Number(b.isOwn) - Number(a.isOwn) || b.at.getTime() - a.at.getTime());
  },
};

export function SessionList() {
  const client = useQueryClient();
  const { data: sessions = [] } = useQuery(sessionsQuery);
  const end = useMutation({
    mutationFn: (token: string | null) =>
      token === null
        ? authClient.revokeOtherSessions({ fetchOptions: { throw: true } })
        : authClient.revokeSession({ token, fetchOptions: { throw: true } }),
    onSuccess: () => void toast(text.signedOut),
    onSettled: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
  return (
    <Section title={text.sessions}>
      {sessions.map(({ id, token, userAgent, ipAddress, isOwn, at }) => (
        <Line
          key={id}
          title={deviceOf(userAgent ?? '') || text.unknownDevice}
          hint={text.lastUsed(formatFullTime(at.toISOString()), ipAddress ?? '')}
        >
          {isOwn ? (
            <span className="text-xs font-medium text-good">{text.thisDevice}</span>
          ) : (
            <Button size="small" variant="ghost" onClick={() => end.mutate(token)}>
              {text.signOut}
            </Button>
          )}
        </Line>
      ))}
      {sessions.length > 2 && (
        <div className="px-4 py-3">
          <Button onClick={() => end.mutate(null)}>{text.signOutOthers}</Button>
        </div>
      )}
    </Section>
  );
}
