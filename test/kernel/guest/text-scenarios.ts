import { hostileNames } from './hostile-names.ts';
import { run, stress, storm, type CommandResult } from './commands.ts';
import { PROTOCOL } from './protocols.ts';
import { collecting, type SessionResult } from './session.ts';
import { mkdirSync } from 'node:fs';

/** What `ausearch` found in the log with some criteria: its raw output. */
export interface Hostile {
  readonly audit: SessionResult<Record<string, number>>;
  readonly json: SessionResult<Record<string, number>>;
  readonly searches: Readonly<Record<string, CommandResult>>;
}

/** Names that users choose, at every place where a string can stand. */
export function hostile(): Hostile {
  mkdirSync('/tmp/hostile', { recursive: true });
  const names = hostileNames.map((name) => name.toString('hex')).join('\n');
  const open = (): Record<string, number> => stress(['hostile', '/tmp/hostile'], `${names}\n`);
  const audit = collecting({ name: 'hostile', policies: ['stress-hostile'] }, open);
  const json = collecting({ name: 'hostile-json', policies: ['stress-hostile'], json: true }, open);
  const search = (...criteria: string[]): CommandResult => run('ausearch', ['-if', audit.log, ...criteria]);
  return {
    audit,
    json,
    searches: {
      interpreted: search('-m', '1427', '-i'),
      raw: search('-m', '1427', '-r'),
      syscall: search('-m', 'SYSCALL'),
      userAuth: search('-m', 'USER_AUTH'),
      loginId: search('-ul', '4242'),
      success: search('-sv', 'yes'),
    },
  };
}

/** Field names that the header would have refused. */
export function rawNames(): SessionResult<Record<string, number>> {
  return collecting({ name: 'raw-names', policies: ['stress-raw-names'] }, () =>
    storm(1, 1, PROTOCOL.RAW_NAMES),
  );
}

function callKinds(): Record<string, number> {
  return storm(1, 1, PROTOCOL.KINDS);
}

/** The kinds that the series left out. */
export function kinds(): { audit: SessionResult<unknown>; json: SessionResult<unknown> } {
  return {
    audit: collecting({ name: 'kinds', policies: ['stress-kinds'] }, callKinds),
    json: collecting({ name: 'kinds-json', policies: ['stress-kinds'], json: true }, callKinds),
  };
}

/** Strings that are longer than any chunk. */
export function cut(): SessionResult<Record<string, number>> {
  return collecting({ name: 'cut', policies: ['stress-cut'] }, () => storm(1, 1, PROTOCOL.CUT));
}
