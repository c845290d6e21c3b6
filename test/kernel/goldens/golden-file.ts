/** One program of a golden, as the `# calls:` line shows it. */
export interface GoldenProgram {
  readonly name: string;
  /** The ELF section, `lsm/file_open`. */
  readonly section: string;
  /** The id that the program had when the golden was taken. */
  readonly id: number;
}

/** One audit record of a golden, verbatim. */
export interface GoldenRecord {
  /** The netlink message type, 1427 for BPF_LSM_ACCESS. */
  readonly type: number;
  /** The text after `audit(time:serial): `, trailing spaces included. */
  readonly text: string;
}

/** What a kernel that carries the kfuncs did in one case. */
export interface Golden {
  readonly name: string;
  readonly programs: readonly GoldenProgram[];
  /** The thread group that made the call, as the initial pid namespace numbers it. */
  readonly pid: number;
  readonly records: readonly GoldenRecord[];
  /** Return code by the number of the call that gave it. */
  readonly returnCodes: ReadonlyMap<number, number>;
  /** How often the programs ran on the marked thread. */
  readonly hits: number;
  /** The error of the triggering system call, or undefined where it succeeded. */
  readonly errno: string | undefined;
}

/** The netlink type of the records that this project is about. */
export const BPF_LSM_ACCESS = 1427;

const CALLS = /^# calls: (\w+) \[SEC\("([^"]+)"\), prog id (\d+)\]:/;
const RECORD = /^type=(\d+) .*? textlen=\d+\| audit\(\d+\.\d+:\d+\): (.*)$/;

function parseProgram(line: string): GoldenProgram | undefined {
  const match = CALLS.exec(line);
  if (!match) return undefined;
  const [, name = '', section = '', id = ''] = match;
  return { name, section, id: Number(id) };
}

function parseReturnCodes(line: string): Map<number, number> {
  const codes = new Map<number, number>();
  for (const [, call, code] of line.matchAll(/\[(\d+)\]=(-?\d+)/g)) codes.set(Number(call), Number(code));
  return codes;
}

/** The first capture of the first pattern that matches, or undefined. */
function capture(text: string, ...patterns: RegExp[]): string | undefined {
  for (const pattern of patterns) {
    const match = pattern.exec(text);
    if (match) return match[1];
  }
  return undefined;
}

/**
 * Reads a golden file as test/fixtures/goldens/rfc-kernel-7.2 holds them.
 * @throws Error when a line that every golden has is missing.
 * @example parseGolden(readFileSync('seed_file.txt', 'latin1')).records[0]?.type // 1427
 */
export function parseGolden(content: string): Golden {
  const lines = content.split('\n');
  const name = capture(content, /^# case: (\S+)/m);
  const summary = lines.find((line) => line.startsWith('# rc: '));
  const pid = capture(
    content,
    /init-ns pid=(\d+)/,
    /^type=1427 .*prog-id=\d+ pid=(\d+) comm="golden"/m,
    /child pid=(\d+)/,
  );
  if (name === undefined || summary === undefined || pid === undefined)
    throw new Error(`not a golden: ${name ?? content.slice(0, 60)}`);
  return {
    name,
    programs: lines.flatMap((line) => parseProgram(line) ?? []),
    pid: Number(pid),
    records: lines.flatMap((line) => {
      const match = RECORD.exec(line);
      return match ? [{ type: Number(match[1]), text: match[2] ?? '' }] : [];
    }),
    returnCodes: parseReturnCodes(summary),
    hits: Number(capture(summary, /hits=(\d+)/)),
    errno: capture(summary, /errno=(\w+)/),
  };
}

/** The texts of the BPF_LSM_ACCESS records of a golden, in the order in which they were written. */
export function accessTexts(golden: Golden): string[] {
  return golden.records.filter((record) => record.type === BPF_LSM_ACCESS).map((record) => record.text);
}
