/** Connects a mail account: address and password, the settings that were found, a test of both servers, done. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { TextField } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import { type Candidate, failureOf, trpc } from '../../lib/api.ts';
import { configQuery } from '../../lib/config.ts';
import { accountsText as text } from '../../lib/i18n/accounts.ts';
import {
  type ConnectFields,
  emptyFields,
  isComplete,
  newConnectionOf,
  type Side,
  withCandidate,
  withGuess,
} from './connect-form.ts';
import { ProbeRows } from './probe-rows.tsx';
import { ServerFieldset } from './server-fields.tsx';
import { SignInChoice, SignInFirst } from './sign-in-choice.tsx';

export interface ConnectAccountProps {
  initialEmail?: string;
  initialName?: string;
  /** The provider at which the user signed in here: their mailbox is there as well. */
  signedInAt?: { id: string; name: string } | undefined;
  onConnected: (connectionId: string) => void;
}

export function ConnectAccount(props: ConnectAccountProps) {
  const { initialEmail = '', initialName = '', signedInAt, onConnected } = props;
  const client = useQueryClient();
  const config = useQuery(configQuery);
  const [fields, setFields] = useState<ConnectFields>({
    ...emptyFields(),
    email: signedInAt ? '' : initialEmail,
    name: initialName,
  });
  const [candidates, setCandidates] = useState<Candidate[] | null>(null);
  const [isEditing, setIsEditing] = useState(false);
  const [isByPassword, setIsByPassword] = useState(false);

  const discover = useMutation(
    trpc.connections.discover.mutationOptions({
      onSuccess: ({ candidates: found }) => {
        const [best] = found;
        setCandidates(found);
        setIsEditing(!best || isGuess(best));
        setFields((current) => (best ? withCandidate(current, best) : withGuess(current, config.data?.defaultServers)));
      },
    }),
  );
  const test = useMutation(trpc.connections.test.mutationOptions());
  const create = useMutation(
    trpc.connections.create.mutationOptions({
      onSuccess: async ({ id }) => {
        // Fetched, not only invalidated: the next route asks the cache whether there is an account.
        await client.fetchQuery({ ...trpc.connections.list.queryOptions(), staleTime: 0 });
        onConnected(id);
      },
    }),
  );

  const connect = async (using: ConnectFields) => {
    create.reset();
    const connection = newConnectionOf(using);
    const result = await test.mutateAsync(connection).catch(() => null);
    if (result?.imap.ok && result.smtp.ok) create.mutate(connection);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (candidates === null) discover.mutate({ email: fields.email.trim() });
    else void connect(fields);
  };
  const change = (changed: Partial<ConnectFields>) => {
    setFields({ ...fields, ...changed });
    test.reset();
    create.reset();
  };
  const trust = (side: Side, pin: string) => {
    const trusting = { ...fields, pins: { ...fields.pins, [side]: pin } };
    setFields(trusting);
    void connect(trusting);
  };

  const isBusy = discover.isPending || test.isPending || create.isPending;
  const best = candidates?.find(({ imap }) => imap.host === fields.imap.host) ?? candidates?.[0];
  const signIns = config.data?.emailProviders ?? [];
  const signIn = signIns.find(({ id }) => id === best?.oauth);
  const needsPassword = signIn === undefined || isByPassword;
  const needsAppPassword = best?.auth.find((way) => way !== 'oauth2') === 'app-password';
  const failure = discover.error ?? test.error ?? create.error;
  const problem = failure ? failureOf(failure) : undefined;
  const summary = (side: Side) =>
    text.settingsSummary(fields[side].host, Number(fields[side].port), text.securityChoices[fields[side].security]);

  return (
    <form onSubmit={submit} className="flex flex-col gap-4" data-testid="connect-form">
      {candidates === null && signIns.length > 0 && (
        <SignInFirst providers={signIns} signedInAt={signedInAt} email={initialEmail} />
      )}
      <TextField
        label={text.email}
        type="email"
        name="mail-address"
        autoComplete="email"
        required
        autoFocus={signedInAt === undefined}
        value={fields.email}
        disabled={isBusy}
        onChange={(event) => {
          change({ email: event.target.value });
          setCandidates(null);
        }}
      />
      {signIn && !isByPassword && best && (
        <SignInByPage
          candidate={best}
          provider={signIn}
          email={fields.email.trim()}
          onPassword={() => setIsByPassword(true)}
        />
      )}
      {needsPassword && (
        <TextField
          label={needsAppPassword ? text.appPassword : text.password}
          type="password"
          name="mail-password"
          autoComplete="off"
          required={candidates !== null || signIns.length === 0}
          disabled={isBusy}
          value={fields.password}
          onChange={(event) => change({ password: event.target.value })}
          hint={best?.help && !isGuess(best) && <ProviderHelp help={best.help} />}
        />
      )}
      {discover.isPending && (
        <p className="flex items-center gap-2 text-muted" role="status">
          <Spinner />
          {text.finding} {text.findSlow}
        </p>
      )}
      {candidates !== null && needsPassword && (
        <>
          {best && !isGuess(best) && (
            <FoundSettings candidate={best} isEditing={isEditing} onEdit={() => setIsEditing(true)} />
          )}
          {best?.auth.every((way) => way === 'oauth2') && <Notice tone="warn" title={text.oauthOnly} />}
          {(!best || isGuess(best)) && <Notice title={best?.help?.text ?? text.notFound} />}
          {isEditing && (
            <div className="flex flex-col gap-5 rounded-lg border bg-sunken p-4">
              {candidates.length > 1 && (
                <CandidateChoice candidates={candidates} onChoose={(chosen) => change(withCandidate(fields, chosen))} />
              )}
              <TextField
                label={text.name}
                name="sender-name"
                value={fields.name}
                hint={text.nameHint}
                onChange={(event) => change({ name: event.target.value })}
              />
              {(['imap', 'smtp'] as const).map((side) => (
                <ServerFieldset
                  key={side}
                  side={side}
                  server={fields[side]}
                  usernamePlaceholder={fields.email}
                  onChange={(server) => change({ [side]: server, pins: { ...fields.pins, [side]: undefined } })}
                />
              ))}
              <TextField
                label={text.smtpPassword}
                type="password"
                name="smtp-password"
                autoComplete="off"
                value={fields.smtpPassword}
                hint={text.smtpPasswordHint}
                onChange={(event) => change({ smtpPassword: event.target.value })}
              />
            </div>
          )}
          {(test.isPending || test.data) && (
            <ProbeRows
              isTesting={test.isPending}
              result={test.data}
              summaries={{ imap: summary('imap'), smtp: summary('smtp') }}
              onTrust={trust}
            />
          )}
        </>
      )}
      {problem && <Notice tone="danger" title={problem.message} fix={problem.fix} isScrolledTo />}
      {(candidates === null || needsPassword) && (
        <Button
          type="submit"
          variant={candidates === null && signedInAt ? 'outline' : 'primary'}
          disabled={isBusy || (candidates !== null && !isComplete(fields))}
          data-testid="connect-submit"
        >
          {isBusy && <Spinner className="text-current" />}
          {candidates === null ? text.find : test.isPending ? text.testing : text.connect}
        </Button>
      )}
    </form>
  );
}

/** The provider was found, and this server is set up for its sign-in page: nothing else is needed. */
function SignInByPage(props: {
  candidate: Candidate;
  provider: { id: string; name: string };
  email: string;
  onPassword: () => void;
}) {
  const { candidate, provider, email } = props;
  const hasPassword = candidate.auth.some((way) => way !== 'oauth2');
  return (
    <div className="flex flex-col gap-2">
      <SignInChoice providers={[provider]} email={email} isRecommended />
      <p className="text-xs text-muted">{text.signInHint(provider.name)}</p>
      {hasPassword && (
        <Button size="small" variant="ghost" className="self-start" onClick={props.onPassword}>
          {text.withPassword}
        </Button>
      )}
    </div>
  );
}

/** The usual names, which nobody confirmed: shown to be corrected, not as found. */
function isGuess({ source }: Candidate): boolean {
  return source === 'guess';
}

function ProviderHelp({ help }: { help: NonNullable<Candidate['help']> }) {
  return (
    <>
      {help.text}{' '}
      {help.url !== undefined && (
        <a className="text-accent underline" href={help.url} target="_blank" rel="noreferrer">
          {text.help}
        </a>
      )}
    </>
  );
}

function FoundSettings(props: { candidate: Candidate; isEditing: boolean; onEdit: () => void }) {
  const { imap, smtp, provider } = props.candidate;
  return (
    <div className="flex items-center gap-3 rounded-lg border px-3 py-2.5" data-testid="found-settings">
      <div className="min-w-0 flex-1">
        <p className="font-medium">{text.found(provider)}</p>
        <p className="truncate text-xs text-muted">
          {imap.host} · {smtp.host} · {text.securityChoices[imap.security]}
        </p>
      </div>
      {!props.isEditing && (
        <Button size="small" variant="ghost" onClick={props.onEdit}>
          {text.edit}
        </Button>
      )}
    </div>
  );
}

function CandidateChoice(props: { candidates: Candidate[]; onChoose: (candidate: Candidate) => void }) {
  return (
    <fieldset>
      <legend className="mb-1 text-xs font-semibold">{text.moreCandidates}</legend>
      <div className="flex flex-wrap gap-1.5">
        {props.candidates.map((candidate) => (
          <Button
            key={`${candidate.source} ${candidate.imap.host} ${candidate.imap.port}`}
            size="small"
            onClick={() => props.onChoose(candidate)}
          >
            {candidate.imap.host}:{candidate.imap.port}
          </Button>
        ))}
      </div>
    </fieldset>
  );
}
