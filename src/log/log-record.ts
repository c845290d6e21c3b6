import { withMilliseconds } from '../audit/write/milliseconds.ts';
import type { LogEvent } from './log-event.ts';

/** Makes the daemon's own records about its log. */
export interface LogRecords {
  /** One line, or nothing if the log does not tell of such an event. */
  line(event: LogEvent): Uint8Array | undefined;
}

/** What the records of {@link auditLogRecords} need. */
export interface RecordSource {
  /** A serial that no other event has in this millisecond. */
  readonly serial: () => number;
  /** Wall-clock time in milliseconds. */
  readonly clock: () => number;
}

/** Records of audit: `ausearch -m DAEMON_ERR`, `-m DAEMON_ROTATE` and `-m DAEMON_RESUME` find them. */
export function auditLogRecords({ serial, clock }: RecordSource): LogRecords {
  return {
    line(event) {
      const time = eventTime(clock());
      const [type, body] = textOf(event);
      return Buffer.from(`type=${type} msg=audit(${time}:${serial() >>> 0}): ${body}\n`);
    },
  };
}

/** The same as JSON objects. */
export function jsonLogRecords({ serial, clock }: RecordSource): LogRecords {
  return {
    line(event) {
      const time = eventTime(clock());
      const [type] = textOf(event);
      const { kind, ...more } = event;
      return Buffer.from(
        `${JSON.stringify({ type, time, serial: serial() >>> 0, op: `log-${kind}`, ...more })}\n`,
      );
    },
  };
}

/** As audit writes it: `1795156860.440`. */
function eventTime(timeMs: number): string {
  const ms = Math.floor(timeMs);
  return withMilliseconds(Math.floor(ms / 1000), ms % 1000);
}

function textOf(event: LogEvent): [type: string, body: string] {
  switch (event.kind) {
    case 'rotated':
      return ['DAEMON_ROTATE', 'op=rotate-logs res=success'];
    case 'repaired':
      return ['DAEMON_ERR', `op=log-repaired cut-bytes=${event.bytes} res=success`];
    case 'replaced':
      return ['DAEMON_ERR', `op=log-${event.what}-replaced res=success`];
    case 'space':
      return [
        'DAEMON_ERR',
        `op=disk-space level=${event.level} available-bytes=${event.availableBytes} res=${
          event.level === 'enough' ? 'success' : 'failed'
        }`,
      ];
    case 'error':
      return ['DAEMON_ERR', `op=disk-error error=${event.error} res=failed`];
    case 'suspended':
      return ['DAEMON_ERR', `op=log-suspended reason=${event.reason} res=failed`];
    case 'resumed':
      return ['DAEMON_RESUME', `op=resume-logging waited=${event.waited} res=success`];
    default:
      return ['DAEMON_ERR', `op=log-lines-lost where=${event.where} lost=${event.lines} res=failed`];
  }
}
