import type { ByteWriter } from '../audit/write/byte-writer.ts';
import { eventTime, type EventId } from '../events/event-id.ts';
import type { LimitScope } from '../rules/bpf/bpf-rule.ts';
import { ownRecordLine } from './own-record.ts';

const OPERATION = 'bpf-records-suppressed';

/** Whose records a rate limit holds back. */
export interface Suppressed {
  /** Keys of the rule. */
  readonly keys: readonly string[];
  readonly per: LimitScope;
  /** Inode of the executable, id of the cgroup, number of the policy. */
  readonly object: bigint;
  /** Device of the executable. */
  readonly device: number;
}

/** Records that a rate limit has held back. */
export interface Suppression extends Suppressed {
  readonly records: number;
  /** From the first to the last of them. */
  readonly seconds: number;
}

/** Writes `312 more of these in 10 s` as a record of its own, or as JSON. */
export function writeSuppression(out: ByteWriter, id: EventId, what: Suppression, isJson: boolean): void {
  const { keys, per, object, device, records, seconds } = what;
  const about =
    per === 'exe'
      ? { exe_inode: String(object), exe_dev: device.toString(16) }
      : per === 'cgroup'
        ? { 'cgroup-id': String(object) }
        : {};
  if (isJson) {
    const head = { type: 'DAEMON_ERR', time: eventTime(id), serial: id.serial, op: OPERATION };
    const key = keys.length > 0 && { key: keys };
    const line = { ...head, ...key, per, ...about, suppressed: records, seconds, res: 'success' };
    out.bytes(Buffer.from(`${JSON.stringify(line)}\n`));
    return;
  }
  const words = Object.entries(about).map(([name, word]) => [name, { word }] as const);
  ownRecordLine(out, id, {
    type: 'DAEMON_ERR',
    op: OPERATION,
    fields: {
      // Between keys stands what audit puts there.
      ...(keys.length > 0 && { key: keys.join('\u0001') }),
      per: { word: per },
      ...Object.fromEntries(words),
      suppressed: { word: String(records) },
      seconds: { word: String(seconds) },
    },
    res: 'success',
  });
}
