/** What stands around every page: tooltips, toasts, the theme, and what is shown when something breaks. */
import { useQuery } from '@tanstack/react-query';
import { createRootRoute, type ErrorComponentProps, Link, Outlet } from '@tanstack/react-router';
import { Unplug } from 'lucide-react';
import { Tooltip } from 'radix-ui';
import { useEffect } from 'react';
import { Toaster } from 'sonner';
import { Button } from '../components/ui/button.tsx';
import { Empty } from '../components/ui/empty.tsx';
import { sessionQuery } from '../features/auth/index.ts';
import { failureOf, trpc } from '../lib/api.ts';
import { shellText as text } from '../lib/i18n/shell.ts';
import { applyTheme, useIsDark, watchSystemTheme } from '../lib/theme.ts';

function useTheme(): void {
  const session = useQuery({ ...sessionQuery, enabled: false });
  const { data } = useQuery(trpc.settings.get.queryOptions(undefined, { enabled: Boolean(session.data) }));
  const theme = data?.theme;
  useEffect(() => {
    if (theme !== undefined) applyTheme(theme);
  }, [theme]);
  useEffect(watchSystemTheme, []);
}

function Root() {
  useTheme();
  const isDark = useIsDark();
  return (
    <Tooltip.Provider delayDuration={500} skipDelayDuration={200}>
      <Outlet />
      <Toaster
        position="bottom-left"
        theme={isDark ? 'dark' : 'light'}
        visibleToasts={3}
        closeButton={false}
        toastOptions={{
          classNames: {
            toast: '!rounded-lg !border-line !bg-raised !text-ink !shadow-xl !text-[13px] !py-3',
            actionButton: '!bg-transparent !text-accent !font-semibold hover:!bg-hover !h-7 !px-2.5',
            description: '!text-muted',
          },
        }}
      />
    </Tooltip.Provider>
  );
}

function NotFound() {
  return (
    <Empty
      icon={<Unplug />}
      title={text.notFound}
      action={
        <Button asChild>
          <Link to="/">{text.toInbox}</Link>
        </Button>
      }
    />
  );
}

function Broken({ error }: ErrorComponentProps) {
  return (
    <Empty
      icon={<Unplug />}
      title={text.crashed}
      action={<Button onClick={() => window.location.reload()}>{text.reload}</Button>}
    >
      {failureOf(error).message}
    </Empty>
  );
}

export const rootRoute = createRootRoute({ component: Root, notFoundComponent: NotFound, errorComponent: Broken });
