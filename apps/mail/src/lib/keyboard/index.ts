export { EXPECTS_TYPING, isAvailable, isEditable, isMac, runCommand, useCommandKeys, useCommands } from './commands.ts';
export { type Command, type CommandId, commandGroups, commands, keyCaps } from './registry.ts';
