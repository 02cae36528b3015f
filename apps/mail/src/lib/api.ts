/**
 * The tRPC client, the query cache and the types of what they carry. Queries stay fresh until an event says otherwise
 * (live-updates.ts), so that the screen answers from the cache.
 */

import type { AppRouter } from '@postroom/server/router';
import { QueryClient } from '@tanstack/react-query';
import {
  createTRPCClient,
  httpLink,
  httpSubscriptionLink,
  splitLink,
  TRPCClientError,
  type TRPCLink,
} from '@trpc/client';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { observable } from '@trpc/server/observable';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import superjson from 'superjson';
import { createStore } from './external-store.ts';

export type Outputs = inferRouterOutputs<AppRouter>;
export type Inputs = inferRouterInputs<AppRouter>;
export type ThreadPage = Outputs['mail']['listThreads'];
export type ThreadSummary = ThreadPage['threads'][number];
export type SearchScope = NonNullable<ThreadPage['scope']>;
export type Conversation = Outputs['mail']['get'];
export type ParsedMessage = Conversation['messages'][number];
export type Attachment = ParsedMessage['attachments'][number];
export type Address = ParsedMessage['sender'];
export type Label = Outputs['labels']['list'][number];
export type FolderCount = Outputs['mail']['count'][number];
export type Connection = Outputs['connections']['list']['connections'][number];
export type NewConnection = Inputs['connections']['create'];
export type Candidate = Outputs['connections']['discover']['candidates'][number];
export type ConnectionTest = Outputs['connections']['test'];
export type Probe = ConnectionTest['imap'];
export type DoctorReport = Outputs['connections']['doctor'];
export type Settings = Outputs['settings']['get'];
export type Outgoing = Outputs['outbox']['list']['items'][number];
/** A message that was taken back: a draft, and what was chosen for it. */
export type TakenBack = Outputs['outbox']['cancel'];
export type Draft = Outputs['drafts']['get'];
export type Template = Outputs['templates']['list'][number];
export type Identity = Outputs['identities']['list'][number];

const url = '/api/trpc';

/** Whether the session ended while the page was open: on another device, with a new password, or by its age. */
export const signedOut = createStore(false);

const watchSession: TRPCLink<AppRouter> =
  () =>
  ({ next, op }) =>
    observable((observer) =>
      next(op).subscribe({
        next: (value) => {
          signedOut.set(false);
          observer.next(value);
        },
        error: (error) => {
          if (error.data?.code === 'UNAUTHORIZED') signedOut.set(true);
          observer.error(error);
        },
        complete: () => observer.complete(),
      }),
    );

export const apiClient = createTRPCClient<AppRouter>({
  links: [
    watchSession,
    splitLink({
      condition: (operation) => operation.type === 'subscription',
      true: httpSubscriptionLink({ url, transformer: superjson }),
      false: httpLink({ url, transformer: superjson }),
    }),
  ],
});

/** Whether a failed call may succeed when it is made again unchanged. */
function mayRetry(failures: number, error: unknown): boolean {
  if (failures >= 2) return false;
  if (!(error instanceof TRPCClientError)) return true;
  const status: unknown = error.data?.httpStatus;
  return typeof status !== 'number' || status >= 500;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 60_000, gcTime: 10 * 60_000, retry: mayRetry, refetchOnWindowFocus: false },
    mutations: { retry: false },
  },
});

export const trpc = createTRPCOptionsProxy<AppRouter>({ client: apiClient, queryClient });

/** What a failure says to the person at the screen. */
export interface Failure {
  message: string;
  fix?: string;
  code?: string;
  on?: 'imap' | 'smtp';
  httpStatus?: number;
  /** Nobody knows whether it was done. */
  isUnanswered?: true;
}

/** Plain words for whatever was thrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof TRPCClientError) {
    const data: { mail?: Failure | null; httpStatus?: number } | undefined = error.data ?? undefined;
    if (data?.mail) return { ...data.mail, httpStatus: data.httpStatus };
    if (data === undefined) return unreachable;
    return { message: error.message, httpStatus: data.httpStatus };
  }
  if (error instanceof TypeError) return unreachable;
  return { message: error instanceof Error ? error.message : 'Something went wrong.' };
}

/** Whether the same may be taken at another time: nothing answered, nobody is signed in, or the server is in trouble. */
export const mayWorkLater = ({ isUnanswered, httpStatus = 0 }: Failure): boolean =>
  isUnanswered === true || httpStatus === 401 || httpStatus === 429 || httpStatus >= 500;

const unreachable: Failure = {
  message: 'Postroom cannot be reached.',
  fix: 'Check your network; this page goes on by itself.',
  isUnanswered: true,
};
