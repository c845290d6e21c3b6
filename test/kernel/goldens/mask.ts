import type { CaseRun } from './case-run.ts';
import { accessTexts, type Golden } from './golden-file.ts';

/**
 * The numbers and names that differ from one run to the next. A value is replaced by its name only where it
 * is the one that the trigger reported, so a wrong inode or pid stays visible.
 */
export interface Facts {
  readonly programs: ReadonlyMap<number, string>;
  readonly pid: number;
  readonly ino?: string | undefined;
  readonly opid?: string | undefined;
  readonly ocomm?: string | undefined;
  readonly exe?: string | undefined;
  readonly lport?: string | undefined;
  readonly autobound?: string | undefined;
}

function toHex(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex').toUpperCase();
}

function swap(pattern: RegExp, known: string | undefined, name: string, input: string): string {
  return input.replaceAll(pattern, (whole, value: string) =>
    known !== undefined && value === known ? whole.replace(value, `<${name}>`) : whole,
  );
}

/** Replaces every fact that stands in its place in a record's text by the fact's name. */
export function maskRecord(text: string, facts: Facts): string {
  const pid = String(facts.pid);
  let masked = text.replace(/^prog-id=(\d+)/, (whole, id: string) => {
    const program = facts.programs.get(Number(id));
    return program === undefined ? whole : `prog-id=<${program}>`;
  });
  masked = swap(/(?<= )pid=(\d+)(?= )/g, pid, 'pid', masked);
  masked = swap(/(?<= )opid=(\d+)(?= )/g, pid, 'pid', masked);
  masked = swap(/(?<= )opid=(\d+)(?= )/g, facts.opid, 'opid', masked);
  masked = swap(/(?<= )ocomm="([^"]*)"/g, facts.ocomm, 'ocomm', masked);
  masked = swap(/(?<= )comm="iou-wrk-(\d+)"/g, pid, 'pid', masked);
  masked = swap(/(?<= )path="\/proc\/(\d+)\//g, pid, 'pid', masked);
  masked = swap(/(?<= )path="\w+:\[(\d+)\]"/g, facts.ino, 'ino', masked);
  masked = swap(/(?<= )path="([^"]*)"/g, facts.exe, 'exe', masked);
  masked = swap(/(?<= )ino=(\d+)/g, facts.ino, 'ino', masked);
  masked = swap(/(?<= )lport=(\d+)/g, facts.lport, 'lport', masked);
  const autobound = facts.autobound === undefined ? undefined : toHex(facts.autobound);
  return swap(/(?<= )path=00([0-9A-F]+)/g, autobound, 'autobound', masked);
}

/** The least port that Linux gives out by itself, see net.ipv4.ip_local_port_range. */
const FIRST_EPHEMERAL_PORT = 32768;

function decimal(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** The facts of a run, as the trigger and the loader reported them. */
export function factsOfRun(run: CaseRun): Facts {
  const { trigger } = run;
  return {
    programs: new Map(Object.entries(run.programIds).map(([name, id]) => [id, name])),
    pid: trigger.pid ?? trigger.child,
    ino: decimal(trigger.ino),
    opid: decimal(trigger.opid),
    ocomm: trigger.ocomm,
    exe: trigger.exe,
    // A port that the trigger asked for is no fact: it has to be the golden's own.
    lport: (trigger.lport ?? 0) >= FIRST_EPHEMERAL_PORT ? decimal(trigger.lport) : undefined,
    autobound: trigger.autobound,
  };
}

/** The facts of a golden: those that the run has, read from the golden's own record. */
export function factsOfGolden(golden: Golden, run: Facts): Facts {
  const texts = accessTexts(golden).join('\n');
  const read = (wanted: string | undefined, pattern: RegExp): string | undefined =>
    wanted === undefined ? undefined : pattern.exec(texts)?.[1];
  const autobound = read(run.autobound, / path=00([0-9A-F]+)/);
  return {
    programs: new Map(golden.programs.map((program) => [program.id, program.name])),
    pid: golden.pid,
    ino: read(run.ino, / ino=(\d+)/),
    opid: read(run.opid, / opid=(\d+)/),
    ocomm: read(run.ocomm, / ocomm="([^"]*)"/),
    exe: read(run.exe, / path="([^"]*)"/),
    lport: read(run.lport, / lport=(\d+)/),
    autobound: autobound === undefined ? undefined : Buffer.from(autobound, 'hex').toString('latin1'),
  };
}
