/**
 * Who signs in at a provider and is not known yet: SIGN_UP, invitations and the limit of new accounts hold for them as for
 * everybody. That they are new shows only in the middle of the request, when the provider has said who they are; the
 * turn of sign-ups, one at a time, is taken there and kept until the request is done.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';
import { networkOf } from '../../security/rate-limit.ts';
import { MailError } from '../driver/errors.ts';
import type { RateLimitService } from '../services.ts';
import { type Applicant, checkSignUp, type SignUpGate, type SignUpMode, spendInvite } from '../sign-up.ts';

export interface Newcomers {
  /** Runs a request of somebody who comes back from a provider; whether it made a user. `isIn`: it ended in a session. */
  receive<T extends { readonly isIn: boolean }>(work: () => Promise<T>): Promise<T & { readonly isNew: boolean }>;
  /** Asked before a user is made: the code of a refusal, or null. */
  admit(applicant: NonNullable<Applicant>, clientAddress: string): Promise<string | null>;
}

export interface NewcomersDeps {
  readonly pool: pg.Pool;
  readonly signUp: SignUpMode;
  readonly oneSignUp: SignUpGate;
  readonly limits: RateLimitService;
}

interface Visit {
  applicant: Applicant;
  leave: () => void;
}

export function createNewcomers({ pool, signUp, oneSignUp, limits }: NewcomersDeps): Newcomers {
  const visits = new AsyncLocalStorage<Visit>();

  /** Settles when it is our turn, which lasts until what it gives is called. */
  function takeTurn(): Promise<() => void> {
    return new Promise((begin, fail) => {
      oneSignUp(() => new Promise<void>((leave) => begin(leave))).catch(fail);
    });
  }

  return {
    async receive(work) {
      const visit: Visit = { applicant: null, leave: () => undefined };
      try {
        const done = await visits.run(visit, work);
        const isNew = done.isIn && visit.applicant !== null;
        if (isNew && signUp === 'invite') await spendInvite(pool, visit.applicant);
        return { ...done, isNew };
      } finally {
        visit.leave();
      }
    },
    async admit(applicant, clientAddress) {
      const visit = visits.getStore();
      if (!visit) throw new Error('a user is to be made outside of a request');
      try {
        await limits.hit('sign-up', `address ${networkOf(clientAddress)}`);
      } catch (error) {
        if (error instanceof MailError) return error.code;
        throw error;
      }
      visit.leave = await takeTurn();
      const refusal = await checkSignUp(pool, signUp, applicant);
      if (refusal) return refusal.code;
      visit.applicant = applicant;
      return null;
    },
  };
}
