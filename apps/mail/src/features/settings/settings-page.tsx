/** The settings, part by part. */
import { ArrowLeft, AtSign, LayoutTemplate, ShieldCheck, SlidersHorizontal, Tag, UserRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../../components/ui/button.tsx';
import { cn } from '../../lib/class-names.ts';
import { settingsText as text } from '../../lib/i18n/settings.ts';
import { useCommandKeys, useCommands } from '../../lib/keyboard/index.ts';
import { AccountSettings } from './account-settings.tsx';
import { GeneralSettings } from './general-settings.tsx';
import { IdentitySettings } from './identity-settings.tsx';
import { LabelSettings } from './label-settings.tsx';
import { type SettingsSection, settingsSections } from './sections.ts';
import { SecuritySettings } from './security/security-settings.tsx';
import { TemplateSettings } from './template-settings.tsx';

const ICONS: Readonly<Record<SettingsSection, ReactNode>> = {
  general: <SlidersHorizontal />,
  accounts: <AtSign />,
  labels: <Tag />,
  identities: <UserRound />,
  templates: <LayoutTemplate />,
  security: <ShieldCheck />,
};

/** On a phone the parts are a row that is wider than the screen. */
const showTab = (tab: HTMLElement | null) => tab?.scrollIntoView({ block: 'nearest', inline: 'center' });

export interface SettingsPageProps {
  section: SettingsSection;
  /** What a provider that was to be connected came back with. */
  error: string | undefined;
  onSection: (section: SettingsSection) => void;
  onBack: () => void;
  onAddAccount: () => void;
}

export default function SettingsPage({ section, error, onSection, onBack, onAddAccount }: SettingsPageProps) {
  useCommandKeys();
  useCommands({ back: onBack, goInbox: onBack });
  return (
    <div className="flex h-full flex-col">
      <header className="flex h-13 shrink-0 items-center gap-2 border-b px-3">
        <IconButton label={text.back} onClick={onBack}>
          <ArrowLeft />
        </IconButton>
        <h1 className="text-base font-semibold">{text.title}</h1>
      </header>
      <div className="flex min-h-0 flex-1 max-md:flex-col">
        <nav aria-label={text.title} className="w-56 shrink-0 p-3 max-md:w-full">
          <ul className="flex flex-col gap-0.5 max-md:flex-row max-md:overflow-x-auto">
            {settingsSections.map((id) => (
              <li key={id} className="shrink-0">
                <button
                  ref={id === section ? showTab : undefined}
                  type="button"
                  aria-current={id === section ? 'page' : undefined}
                  onClick={() => onSection(id)}
                  className={cn(
                    'flex h-8 w-full items-center whitespace-nowrap max-md:h-10 gap-2.5 rounded-md px-2.5 [&_svg]:size-4 [&_svg]:text-muted',
                    id === section ? 'bg-selected font-semibold [&_svg]:text-accent' : 'hover:bg-hover',
                  )}
                >
                  {ICONS[id]}
                  {text.sections[id]}
                </button>
              </li>
            ))}
          </ul>
        </nav>
        <main className="min-h-0 min-w-0 flex-1 overflow-y-auto px-4 py-5 md:px-8">
          <div className="mx-auto max-w-3xl">
            {section === 'general' && <GeneralSettings />}
            {section === 'accounts' && <AccountSettings onAdd={onAddAccount} />}
            {section === 'labels' && <LabelSettings />}
            {section === 'identities' && <IdentitySettings />}
            {section === 'templates' && <TemplateSettings />}
            {section === 'security' && <SecuritySettings error={error} />}
          </div>
        </main>
      </div>
    </div>
  );
}
