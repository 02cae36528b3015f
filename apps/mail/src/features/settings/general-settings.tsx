/** How Postroom looks and behaves. Every change holds at once. */
import { Button } from '../../components/ui/button.tsx';
import { type Choice, SelectField } from '../../components/ui/field.tsx';
import { Switch } from '../../components/ui/switch.tsx';
import { settingsText as text } from '../../lib/i18n/settings.ts';
import { useSaveSettings, useSettings } from '../../lib/settings.ts';
import { HiddenSuggestions } from './hidden-suggestions.tsx';
import { Line, Section } from './section.tsx';

function choicesOf<T extends string>(labels: Readonly<Record<T, string>>, values: readonly T[]): Choice<T>[] {
  return values.map((value) => ({ value, label: labels[value] }));
}

const THEMES = choicesOf(text.themes, ['system', 'light', 'dark']);
const DENSITIES = choicesOf(text.densities, ['compact', 'comfortable']);
const LAYOUTS = choicesOf(text.layouts, ['split', 'list']);
const ADVANCES = choicesOf(text.autoAdvances, ['next', 'previous', 'list']);
const SIGNATURE_PLACES = choicesOf(text.signaturePlaces, ['above', 'below']);
const HOLDS: Choice<string>[] = [0, 5, 10, 20, 30].map((seconds) => ({
  value: String(seconds),
  label: text.undoSends(seconds),
}));

export function GeneralSettings() {
  const settings = useSettings();
  const save = useSaveSettings();
  return (
    <>
      <Section title={text.appearance}>
        <Line title={text.theme}>
          <SelectField
            isLabelHidden
            className="w-64"
            label={text.theme}
            value={settings.theme}
            choices={THEMES}
            onChange={(theme) => save({ theme })}
          />
        </Line>
        <Line title={text.density}>
          <SelectField
            isLabelHidden
            className="w-64"
            label={text.density}
            value={settings.density}
            choices={DENSITIES}
            onChange={(density) => save({ density })}
          />
        </Line>
        <Line title={text.layout}>
          <SelectField
            isLabelHidden
            className="w-64"
            label={text.layout}
            value={settings.layout}
            choices={LAYOUTS}
            onChange={(layout) => save({ layout })}
          />
        </Line>
      </Section>
      <Section title={text.behaviour}>
        <Line title={text.autoAdvance}>
          <SelectField
            isLabelHidden
            className="w-64"
            label={text.autoAdvance}
            value={settings.autoAdvance}
            choices={ADVANCES}
            onChange={(autoAdvance) => save({ autoAdvance })}
          />
        </Line>
        <Line title={text.undoSend} hint={text.undoSendHint}>
          <SelectField
            isLabelHidden
            className="w-64"
            label={text.undoSend}
            value={String(settings.undoSendSeconds)}
            choices={HOLDS}
            onChange={(seconds) => save({ undoSendSeconds: Number(seconds) })}
          />
        </Line>
        <Line title={text.signaturePlace}>
          <SelectField
            isLabelHidden
            className="w-64"
            label={text.signaturePlace}
            value={settings.signaturePlace}
            choices={SIGNATURE_PLACES}
            onChange={(signaturePlace) => save({ signaturePlace })}
          />
        </Line>
      </Section>
      <Section title={text.reading}>
        <Line title={text.externalImages} hint={text.externalImagesHint}>
          <Switch
            label={text.externalImages}
            isOn={settings.externalImages}
            onChange={(externalImages) => save({ externalImages })}
          />
        </Line>
        <Line title={text.trusted(settings.trustedSenders.length)} hint={settings.trustedSenders.join(', ')}>
          {settings.trustedSenders.length > 0 && (
            <Button size="small" onClick={() => save({ trustedSenders: [] })}>
              {text.forgetTrusted}
            </Button>
          )}
        </Line>
      </Section>
      <HiddenSuggestions />
    </>
  );
}
