/** On or off. */
import { Switch as Radix } from 'radix-ui';

export function Switch({ label, isOn, onChange }: { label: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <Radix.Root
      aria-label={label}
      checked={isOn}
      onCheckedChange={onChange}
      className="h-5.5 w-9.5 rounded-full bg-faint/50 transition-colors data-[state=checked]:bg-accent"
    >
      <Radix.Thumb className="block size-4.5 translate-x-0.5 rounded-full bg-white transition-transform data-[state=checked]:translate-x-4.5 dark:data-[state=checked]:bg-on-accent" />
    </Radix.Root>
  );
}
