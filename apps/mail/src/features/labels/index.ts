export { LabelChip, LabelDot } from './label-chip.tsx';
export { colorOf, type LabelColor, labelColors } from './label-colors.ts';
export { LabelDialog } from './label-dialog.tsx';
export { MoveDialog } from './move-dialog.tsx';
