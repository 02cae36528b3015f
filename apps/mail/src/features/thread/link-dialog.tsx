/** Asked before a link is followed that does not go where it says. Staying is the easy answer. */
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { threadText as text } from '../../lib/i18n/thread.ts';
import type { DoubtfulLink } from './message-frame.tsx';

const SAYS: Readonly<Record<DoubtfulLink['kind'], string>> = {
  'other-site': text.linkSays,
  'look-alike': text.linkLooksLike,
  'foreign-script': text.linkReads,
  number: text.linkSays,
};

export function LinkDialog({ link, onClose }: { link: DoubtfulLink; onClose: () => void }) {
  const rows = [
    [SAYS[link.kind], link.says],
    [text.linkLeads, link.host],
  ] as const;
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={text.linkTitle}
      description={text.linkKinds[link.kind]}
      className="max-w-md"
    >
      <dl
        className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2 rounded-lg bg-sunken px-3 py-2.5"
        data-testid="link-hosts"
      >
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="font-semibold [overflow-wrap:anywhere] select-text">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-2 line-clamp-3 text-xs text-muted [overflow-wrap:anywhere] select-text">{link.href}</p>
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        <Button asChild variant="ghost">
          <a href={link.href} target="_blank" rel="noopener noreferrer nofollow" onClick={onClose}>
            {text.linkOpen}
          </a>
        </Button>
        <Button variant="primary" autoFocus onClick={onClose}>
          {text.linkStay}
        </Button>
      </div>
    </Dialog>
  );
}
