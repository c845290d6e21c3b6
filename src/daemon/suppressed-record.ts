import { ascii, type ByteWriter } from '../audit/write/byte-writer.ts';
import { writeEventId, type EventId } from '../events/event-id.ts';
import type { LimitScope } from '../rules/bpf/bpf-rule.ts';

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

const HEAD = ascii('type=DAEMON_ERR msg=');
const HARMLESS = /^[!#-~]+$/;

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
    const time = `${id.seconds}.${String(id.milliseconds).padStart(3, '0')}`;
    const head = { type: 'DAEMON_ERR', time, serial: id.serial, op: 'bpf-records-suppressed' };
    const line = {
      ...head,
      ...(keys.length > 0 && { key: keys }),
      per,
      ...about,
      suppressed: records,
      seconds,
    };
    out.bytes(Buffer.from(`${JSON.stringify({ ...line, res: 'success' })}\n`));
    return;
  }
  out.bytes(HEAD);
  writeEventId(out, id);
  const key = keys.length === 0 ? '' : ` key=${encodeKey(keys.join('\u0001'))}`;
  const fields = Object.entries(about).map(([name, value]) => ` ${name}=${value}`);
  const tail = ` suppressed=${records} seconds=${seconds} res=success\n`;
  out.bytes(Buffer.from(`op=bpf-records-suppressed${key} per=${per}${fields.join('')}${tail}`));
}

// As audit writes a string that it does not trust.
function encodeKey(key: string): string {
  return HARMLESS.test(key) ? `"${key}"` : Buffer.from(key).toString('hex').toUpperCase();
}
