import { lazy } from 'react';

export { sectionOf } from './sections.ts';
/** Loaded when it is opened. */
export const SettingsPage = lazy(() => import('./settings-page.tsx'));
