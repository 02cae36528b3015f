/** The parts of the settings, as they stand in the URL. */
export const settingsSections = ['general', 'accounts', 'labels', 'identities', 'templates', 'security'] as const;
export type SettingsSection = (typeof settingsSections)[number];

export function sectionOf(text: string): SettingsSection {
  return settingsSections.find((section) => section === text) ?? 'general';
}
