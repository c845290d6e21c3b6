import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { LogEvent } from '../../src/log/log-event.ts';
import { LogFile, type LogFileOptions } from '../../src/log/log-file.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A folder `audit` for a log, in a temporary folder of its own. */
export class LogFolder implements Disposable {
  readonly #temporary = temporaryFolder();
  /** What the folder lies in. */
  readonly parent: string = this.#temporary.path;
  /** Its mode is 0700. */
  readonly directory: string = path.join(this.parent, 'audit');
  readonly file: string = path.join(this.directory, 'audit.log');
  /** Something beside the folder, which the log must leave alone. */
  readonly victim: string = path.join(this.parent, 'victim');
  /** What the logs that were opened told. */
  readonly events: LogEvent[] = [];

  constructor() {
    mkdirSync(this.directory, { mode: 0o700 });
  }

  /** Opens the log; what is wrong with its folder is an error. */
  open(options: LogFileOptions = {}): LogFile {
    return new LogFile(this.file, { strict: true, onEvent: (event) => this.events.push(event), ...options });
  }

  [Symbol.dispose](): void {
    this.#temporary[Symbol.dispose]();
  }
}
