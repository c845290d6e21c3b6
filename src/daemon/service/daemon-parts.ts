import { mkdirSync } from 'node:fs';
import { setPriority } from 'node:os';
import { messageOf } from '../../errors/thrown.ts';
import type { GuardedLog } from '../../log/guarded-log.ts';
import { ProcessLock } from '../../sys/process-lock.ts';
import { ResourceStack } from '../../sys/resource-stack.ts';
import { sessionSettings } from '../config/session-settings.ts';
import type { Settings } from '../config/settings.ts';
import { diskEffects } from '../disk-effects.ts';
import { Receivers } from '../forward/receivers.ts';
import { Session } from '../session.ts';
import { openDaemonLog } from './daemon-log.ts';
import { notTendedRecord } from './daemon-records.ts';
import { DaemonSink } from './daemon-sink.ts';
import { niceValue } from './nice-value.ts';
import { nodePrefix } from './node-name.ts';
import { RotatedLogs } from './rotated-logs.ts';

/** Where a daemon runs, and who hears of it. */
export interface DaemonPlace {
  /** Folder of what lives until the next boot. */
  readonly runFolder: string;
  /** Told about what an operator should see, a line at a time. */
  readonly say: (line: string) => void;
}

/** What a daemon works with, from the ring to the log and to the receivers. */
export interface DaemonParts {
  readonly session: Session;
  /** Undefined if none is written. */
  readonly log: GuardedLog | undefined;
  readonly rotatedLogs: RotatedLogs;
  readonly receivers: Receivers;
  /** Lock, log and session; to be disposed after everything else. */
  readonly resources: Disposable;
}

/**
 * Opens everything that a daemon works with, or nothing.
 *
 * @throws {BpfauditError} `E_CONFIG`, `E_DAEMON_RUNS`, `E_DAEMON_LOCK`, `E_LOG`, `E_LOG_UNSAFE`, and what
 * {@link Session.open} throws
 */
export async function openParts(settings: Settings, place: DaemonPlace): Promise<DaemonParts> {
  const prefix = await nodePrefix(settings.log);
  const resources = new ResourceStack();
  try {
    mkdirSync(place.runFolder, { recursive: true, mode: 0o755 });
    resources.use(new ProcessLock(`${place.runFolder}/bpfauditd.pid`));
    setPriority(niceValue(settings.daemon.priority_boost));
    return { ...(await openInto(resources, settings, prefix, place.say)), resources };
  } catch (error) {
    resources[Symbol.dispose]();
    throw error;
  }
}

async function openInto(
  resources: ResourceStack,
  settings: Settings,
  prefix: string | undefined,
  say: (line: string) => void,
): Promise<Omit<DaemonParts, 'resources'>> {
  // The log is opened before the session that writes into it, and may have to tell of itself before.
  let opened: Session | undefined;
  const rotatedLogs = new RotatedLogs(settings.log, (op, error) => {
    say(messageOf(error));
    opened?.tell(notTendedRecord(op, error));
  });
  const serial = (): number => opened?.ownSerial() ?? 0;
  const onRotated = (): void => rotatedLogs.tend();
  const { write_logs } = settings.log;
  const log = write_logs
    ? resources.use(openDaemonLog(settings.log, { prefix, serial, onRotated }))
    : undefined;
  const sink = new DaemonSink(log);
  const linePrefix = prefix === undefined ? {} : { linePrefix: prefix };
  const session = resources.use(
    await Session.open({ ...sessionSettings(settings), sink, say, ...linePrefix }),
  );
  opened = session;
  const receivers = new Receivers(settings, {
    effects: diskEffects(),
    say,
    tell: (record) => sink.toLogOnly(() => session.tell(record)),
  });
  resources.use(sink.add((lines) => receivers.take(lines)));
  return { session, log, rotatedLogs, receivers };
}
