/** What the test of both servers says, each with its own state, reason and way out. */
import { CircleAlert, CircleCheck, CircleDashed } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Spinner } from '../../components/ui/spinner.tsx';
import type { ConnectionTest, Probe } from '../../lib/api.ts';
import { accountsText as text } from '../../lib/i18n/accounts.ts';
import { CertificateCard } from './certificate-card.tsx';
import type { Side } from './connect-form.ts';

export interface ProbeRowsProps {
  isTesting: boolean;
  result: Partial<ConnectionTest> | undefined;
  /** Of the sides that are tested. */
  summaries: Partial<Readonly<Record<Side, string>>>;
  onTrust: (side: Side, pin: string) => void;
}

export function ProbeRows({ isTesting, result, summaries, onTrust }: ProbeRowsProps) {
  const rows = useRef<HTMLUListElement>(null);
  // The form may be longer than the screen; what came of the test must be seen.
  useEffect(() => {
    if (isTesting || result) rows.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  }, [isTesting, result]);
  return (
    <ul ref={rows} className="divide-y rounded-lg border" data-testid="probe-rows">
      {(['imap', 'smtp'] as const).map((side) => {
        const summary = summaries[side];
        if (summary === undefined) return null;
        return (
          <ProbeRow
            key={side}
            side={side}
            isTesting={isTesting}
            probe={result?.[side]}
            summary={summary}
            onTrust={(pin) => onTrust(side, pin)}
          />
        );
      })}
    </ul>
  );
}

interface ProbeRowProps {
  side: Side;
  isTesting: boolean;
  probe: Probe | undefined;
  summary: string;
  onTrust: (pin: string) => void;
}

function ProbeRow({ side, isTesting, probe, summary, onTrust }: ProbeRowProps) {
  const { certificate } = probe ?? {};
  const state = isTesting ? text.probing : probe === undefined ? text.waiting : probe.ok ? text.probeOk : undefined;
  return (
    <li className="flex gap-3 p-3" data-testid={`probe-${side}`} data-ok={probe?.ok}>
      <span className="mt-0.5">
        {isTesting ? (
          <Spinner label={text.probing} />
        ) : probe === undefined ? (
          <CircleDashed className="size-4 text-faint" aria-hidden="true" />
        ) : probe.ok ? (
          <CircleCheck className="size-4 text-good" aria-hidden="true" />
        ) : (
          <CircleAlert className="size-4 text-danger" aria-hidden="true" />
        )}
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">{side === 'imap' ? text.imapTitle : text.smtpTitle}</span>
          <span className="truncate text-xs text-muted">{summary}</span>
          {state !== undefined && <span className="ml-auto text-xs text-muted">{state}</span>}
        </div>
        {!isTesting && probe && !probe.ok && (
          <div role="alert" className="mt-1 [overflow-wrap:anywhere]">
            <p className="text-danger">{probe.message}</p>
            {probe.fix !== undefined && <p className="mt-0.5">{probe.fix}</p>}
          </div>
        )}
        {!isTesting && certificate && (
          <CertificateCard
            certificate={certificate}
            isChanged={probe?.code === 'CERTIFICATE_CHANGED'}
            onTrust={() => onTrust(certificate.pin)}
          />
        )}
      </div>
    </li>
  );
}
