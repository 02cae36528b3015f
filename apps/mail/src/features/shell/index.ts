export { folderName } from './folders.ts';
export { Shell } from './shell.tsx';
export { useCounts } from './use-counts.ts';
