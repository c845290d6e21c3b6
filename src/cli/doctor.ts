import type { Command } from './command.ts';
export const command: Command = { name: 'doctor', summary: '', run: () => Promise.resolve(0) };
