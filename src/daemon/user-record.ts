import { USER_MESSAGE_MAX_BYTES } from '../netlink/user-message.ts';
import { DECISION_TYPE, decisionOutcome } from './decision-outcome.ts';

/**
 * Type of the messages: AUDIT_TRUSTED_APP, "Trusted app msg - freestyle text" (libaudit's audit-records.h).
 *
 * The kernel lets user space send 1100-1199 and 2100-2999, so 1427 itself can't be. Of the types in that range
 * this one says what is true: a trusted program tells about something. USER_AVC is for user-space object managers
 * of SELinux and promises an access vector; the ANOM_* and RESP_* types promise that something was found odd, or
 * done about it.
 */
export const TRUSTED_APP = 1121;

const LINE = /^type=(\S+) msg=audit\((\d+\.\d+:(\d+))\): (.*)$/;
const FIELD = /([^ =]+)=("[^"]*"|[^ ]*)/g;
const ORIGIN = ' origin=bpf';
/** Records of bpfaudit itself that begin with what happened. */
const HAS_OPERATION: ReadonlySet<string> = new Set(['DAEMON_ERR', 'BPF']);

/**
 * Texts of the user messages that carry a line of the log into the kernel's audit. None for records that the
 * kernel wrote itself.
 *
 * `event=` is the id of the event that the record belongs to; with it `ausearch -a` finds the kernel's own
 * records. A record that is longer than a message goes into several, `part=1/2` and so on.
 *
 * @param kernelTells - whether the kernel gave this serial, so that it writes about the system call itself
 */
export function userMessages(line: string, kernelTells: (serial: number) => boolean): readonly string[] {
  const match = LINE.exec(line);
  if (!match) return [];
  const [, type = '', event = '', serial = '', body = ''] = match;
  if (type === DECISION_TYPE) return split(`op=bpf-lsm-access event=${event}`, body + resultOf(body));
  if (type === 'DAEMON_ERR') return split(`record=${type} event=${event}`, body);
  if (!body.endsWith(ORIGIN)) return [];
  if (HAS_OPERATION.has(type)) return split(`record=${type} event=${event}`, body);
  if (kernelTells(Number(serial))) return [];
  return split(`op=bpf-lsm-event record=${type} event=${event}`, body);
}

/** `res=`, by which `ausearch -sv` chooses; only if the policy said how it decided. */
function resultOf(body: string): string {
  const outcome = decisionOutcome(body);
  if (outcome === undefined) return '';
  return outcome === 'denied' ? ' res=failed' : ' res=success';
}

/**
 * A body that can stand between the kernel's `msg='` and `'`: a value with a single quote, which would end the
 * text too early, becomes hex, as audit writes all values that are not harmless. Control characters and
 * anything outside of ASCII cannot be in a value that audit wrote; what is left of them becomes `?`.
 */
export function quotable(body: string): string {
  return body
    .replace(FIELD, (field, name: string, value: string) =>
      isHarmless(value) ? field : `${name}=${hex(value)}`,
    )
    .replaceAll(/[^\u0020-\u0026\u0028-\u007e]/g, '?');
}

function isHarmless(value: string): boolean {
  return /^[\u0020-\u0026\u0028-\u007e]*$/.test(value);
}

function hex(value: string): string {
  const bare = value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value;
  return Buffer.from(bare, 'latin1').toString('hex').toUpperCase();
}

/** Room for ` part=NN/NN` and a mark for what was cut. */
const RESERVE_BYTES = 64;

function split(head: string, body: string): readonly string[] {
  const safe = quotable(body);
  const room = USER_MESSAGE_MAX_BYTES - head.length - RESERVE_BYTES;
  if (safe.length <= room) return [`${head} ${safe}`];
  const parts: string[] = [];
  let part = '';
  for (const field of safe.match(/(?:[^ "]|"[^"]*")+/g) ?? []) {
    const fitting = field.length <= room ? field : cut(field, room);
    if (part !== '' && part.length + 1 + fitting.length > room) {
      parts.push(part);
      part = '';
    }
    part = part === '' ? fitting : `${part} ${fitting}`;
  }
  parts.push(part);
  return parts.map((text, i) => `${head} part=${i + 1}/${parts.length} ${text}`);
}

/** A field that no message has room for loses its end, and says so. */
function cut(field: string, room: number): string {
  const name = field.slice(0, field.indexOf('=')).slice(0, 32);
  const mark = ` truncated=${name}`;
  let end = room - mark.length - 1;
  // Hex stays whole bytes.
  if ((end - name.length - 1) % 2 === 1) end--;
  const quote = field.startsWith(`${name}="`) ? '"' : '';
  return `${field.slice(0, end)}${quote}${mark}`;
}
