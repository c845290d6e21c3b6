import type { EscapeMode } from '../../src/audit/interpret/escape.ts';
import type { NameSource } from '../../src/audit/interpret/names.ts';
import { TimeFormatter } from '../../src/query/output/local-time.ts';
import { ORACLE_LOCAL } from './oracle-names.ts';

process.env['TZ'] = 'UTC';

/** How the output of the real tools was recorded: times in UTC, the names of that machine, safe for a terminal. */
export const ORACLE_TEXT: {
  readonly names: NameSource;
  readonly escape: EscapeMode;
  readonly time: TimeFormatter;
  readonly stock: boolean;
} = {
  names: ORACLE_LOCAL.names,
  escape: 'tty',
  time: new TimeFormatter(),
  stock: false,
};
