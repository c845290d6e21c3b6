/** Facility `log audit` of RFC 5424, section 6.2.1. */
const LOG_AUDIT = 13;

/** Severities of RFC 5424. */
export const SEVERITY = { ALERT: 1, ERROR: 3, WARNING: 4, NOTICE: 5, INFO: 6 } as const;

/** Who speaks, in the header of every message. */
export interface SyslogSender {
  readonly hostname: string;
  readonly pid: number;
}

const SIZE_LIMIT = 64 * 1024;
const CUT = ' [cut]';

/**
 * One record as a message of RFC 5424: facility `log audit`, the record's type as MSGID, its text as it stands in
 * the log. Control characters, the separator 0x1d of enriched records among them, become spaces, so that no
 * record can begin a message of its own.
 *
 * @param line - a record without the end of the line
 * @param timeMs - when it happened, in milliseconds since 1970
 */
export function syslogMessage(
  line: string,
  timeMs: number,
  severity: number,
  { hostname, pid }: SyslogSender,
): string {
  const type = /(?:^|\s)type=([\w[\]]+)/.exec(line.slice(0, 400))?.[1];
  const header = [
    `<${LOG_AUDIT * 8 + severity}>1`,
    new Date(timeMs).toISOString(),
    headerWord(hostname, 255),
    'bpfauditd',
    String(pid),
    headerWord(type ?? '', 32),
    '-',
  ].join(' ');
  // oxlint-disable-next-line no-control-regex
  const text = line.replaceAll(/[\0-\x1f\x7f]/g, ' ');
  const room = SIZE_LIMIT - header.length - 1;
  return `${header} ${text.length <= room ? text : text.slice(0, room - CUT.length) + CUT}`;
}

/** A message for a stream: octet counting of RFC 6587, section 3.4.1, which no content can break. */
export function octetCounted(message: string): Buffer {
  const bytes = Buffer.from(message);
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}

/** PRINTUSASCII; what is unknown is `-`. */
function headerWord(text: string, most: number): string {
  const clean = text.replaceAll(/[^\x21-\x7e]/g, '?').slice(0, most);
  return clean === '' ? '-' : clean;
}
