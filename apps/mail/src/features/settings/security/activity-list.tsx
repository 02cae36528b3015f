/** The audit log as far as it is the user's own. */
import { useQuery } from '@tanstack/react-query';
import { trpc } from '../../../lib/api.ts';
import { formatFullTime } from '../../../lib/format.ts';
import { securityText as text } from '../../../lib/i18n/security.ts';
import { Section } from '../section.tsx';

export function ActivityList() {
  const { data } = useQuery({ ...trpc.security.activity.queryOptions(), staleTime: 0 });
  return (
    <Section title={text.activity} intro={text.activityIntro}>
      <ul className="max-h-96 divide-y overflow-y-auto" data-testid="activity">
        {data?.activities.map(({ at, event, method, about, account, address }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries are only ever added in front, and have no id of their own
          <li key={`${at} ${index}`} className="flex flex-wrap items-baseline gap-x-3 px-4 py-2">
            <span className="min-w-48 flex-1">
              <span className={event === 'sign-in.failed' ? 'font-medium text-danger' : 'font-medium'}>
                {text.events[event] ?? event}
              </span>{' '}
              <span className="text-muted">
                {[
                  about,
                  account && text.of(about, account),
                  method && text.by(event, method),
                  address && text.from(address),
                ]
                  .filter(Boolean)
                  .join(' ')}
              </span>
            </span>
            <time dateTime={at} className="text-xs text-muted">
              {formatFullTime(at)}
            </time>
          </li>
        ))}
      </ul>
    </Section>
  );
}
