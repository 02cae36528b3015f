/** Host, port, security and username of one server. */
import { SelectField, TextField } from '../../components/ui/field.tsx';
import { accountsText as text } from '../../lib/i18n/accounts.ts';
import { type Security, type ServerFields, type Side, withSecurity } from './connect-form.ts';

const SECURITY_CHOICES: { value: Security; label: string }[] = [
  { value: 'tls', label: text.securityChoices.tls },
  { value: 'starttls', label: text.securityChoices.starttls },
  { value: 'none', label: text.securityChoices.none },
];

export interface ServerFieldsetProps {
  side: Side;
  server: ServerFields;
  usernamePlaceholder: string;
  onChange: (server: ServerFields) => void;
}

export function ServerFieldset({ side, server, usernamePlaceholder, onChange }: ServerFieldsetProps) {
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="mb-2 text-xs font-semibold">{side === 'imap' ? text.imapTitle : text.smtpTitle}</legend>
      <div className="grid grid-cols-[1fr_5.5rem_7rem] gap-2 max-sm:grid-cols-2">
        <TextField
          className="max-sm:col-span-2"
          label={text.host}
          name={`${side}-host`}
          value={server.host}
          onChange={(event) => onChange({ ...server, host: event.target.value })}
          autoCapitalize="none"
          spellCheck={false}
          required
        />
        <TextField
          label={text.port}
          name={`${side}-port`}
          value={server.port}
          onChange={(event) => onChange({ ...server, port: event.target.value })}
          inputMode="numeric"
          required
        />
        <SelectField
          label={text.security}
          value={server.security}
          choices={SECURITY_CHOICES}
          onChange={(security) => onChange(withSecurity(side, server, security))}
        />
      </div>
      <TextField
        label={text.username}
        name={`${side}-username`}
        value={server.username}
        placeholder={usernamePlaceholder}
        onChange={(event) => onChange({ ...server, username: event.target.value })}
        autoCapitalize="none"
        spellCheck={false}
      />
    </fieldset>
  );
}
