/** All shortcuts, from the registry. */
import { Dialog } from '../../components/ui/dialog.tsx';
import { Kbd } from '../../components/ui/kbd.tsx';
import { shellText as text } from '../../lib/i18n/shell.ts';
import { commandGroups, commands } from '../../lib/keyboard/index.ts';

export function HelpSheet({ isOpen, onOpenChange }: { isOpen: boolean; onOpenChange: (isOpen: boolean) => void }) {
  return (
    <Dialog isOpen={isOpen} onOpenChange={onOpenChange} title={text.help} className="max-w-3xl">
      <div className="gap-10 md:columns-2">
        {commandGroups.map((group) => {
          const own = commands.filter((command) => command.group === group && command.keys.length > 0);
          return (
            <section key={group} className="mb-5 break-inside-avoid">
              <h3 className="mb-1.5 font-semibold">{group}</h3>
              <ul>
                {own.map(({ id, title, keys }) => (
                  <li key={id} className="flex min-h-7 items-center gap-3">
                    <span className="flex-1 text-muted">{title}</span>
                    <span className="flex gap-2">
                      {keys.map((sequence) => (
                        <Kbd key={sequence} keys={sequence} />
                      ))}
                    </span>
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}
