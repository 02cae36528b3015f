/** A certificate that could not be verified, or is not the one that was trusted, and the choice to trust it for this account. */
import { Button } from '../../components/ui/button.tsx';
import type { Probe } from '../../lib/api.ts';
import { formatFullTime } from '../../lib/format.ts';
import { accountsText as text } from '../../lib/i18n/accounts.ts';

type Certificate = NonNullable<Probe['certificate']>;

export interface CertificateCardProps {
  certificate: Certificate;
  /** Another one was trusted before. */
  isChanged: boolean;
  /** It will be, with the others. */
  isTrusted?: boolean;
  onTrust: () => void;
}

export function CertificateCard({ certificate, isChanged, isTrusted = false, onTrust }: CertificateCardProps) {
  const rows: [string, string][] = [
    [text.subject, certificate.subject],
    [text.issuer, certificate.issuer],
    [text.names, certificate.altNames.join(', ')],
    [text.validity, `${formatFullTime(certificate.validFrom)} – ${formatFullTime(certificate.validTo)}`],
    [text.fingerprint, certificate.fingerprint256],
  ];
  return (
    <div className="mt-2 rounded-lg border bg-sunken p-3">
      <p>
        {isChanged ? text.certificateChanged : text.certificateIntro}{' '}
        {certificate.problem && text.certificateProblems[certificate.problem]}
      </p>
      <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 text-xs">
        {rows
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-muted">{name}</dt>
              <dd className={name === text.fingerprint ? 'font-mono break-all' : 'break-words'}>{value}</dd>
            </div>
          ))}
      </dl>
      {isTrusted ? (
        <p className="mt-3 font-medium text-good">{text.trusted}</p>
      ) : (
        <Button size="small" className="mt-3" onClick={onTrust}>
          {text.trust}
        </Button>
      )}
    </div>
  );
}
