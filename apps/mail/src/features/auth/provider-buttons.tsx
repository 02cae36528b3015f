/** Whose users may sign in here, and single sign-on: a button for each. */
import { LogIn } from 'lucide-react';
import { Button } from '../../components/ui/button.tsx';
import type { ServerConfig } from '../../lib/config.ts';
import { authText as text } from '../../lib/i18n/auth.ts';

export interface ProviderButtonsProps {
  config: Pick<ServerConfig, 'authProviders' | 'singleSignOn'>;
  isDisabled: boolean;
  onChoose: (provider: string) => void;
}

export function ProviderButtons({ config, isDisabled, onChoose }: ProviderButtonsProps) {
  const ways = [
    ...(config.singleSignOn ? [{ id: 'sso', label: text.singleSignOn }] : []),
    ...config.authProviders.map(({ id, name }) => ({ id, label: text.continueWith(name) })),
  ];
  return ways.map(({ id, label }) => (
    <Button
      key={id}
      onClick={() => onChoose(id)}
      disabled={isDisabled}
      className="w-full"
      data-testid={`enter-with-${id}`}
    >
      <LogIn />
      {label}
    </Button>
  ));
}
