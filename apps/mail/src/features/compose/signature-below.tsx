/** The signature below what is quoted: shown as it will be, and taken away, but written in the settings. */
import { X } from 'lucide-react';
import { IconButton } from '../../components/ui/button.tsx';
import { composeText as text } from '../../lib/i18n/compose.ts';
import { CleanFrame } from './clean-frame.tsx';

export function SignatureBelow({ html, onRemove }: { html: string; onRemove: () => void }) {
  return (
    <div className="flex items-start gap-1 px-3 pb-3" data-testid="signature-below">
      <CleanFrame html={html} title={text.signatureFrame} className="min-w-0 flex-1" />
      <IconButton label={text.removeSignature} onClick={onRemove}>
        <X />
      </IconButton>
    </div>
  );
}
