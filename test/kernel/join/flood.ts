import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AddedTree } from '../../../vm/job.ts';
import { outputFolder, repositoryRoot } from '../../../vm/paths.ts';
import { guestRepository, productTree } from '../../../vm/repository.ts';
import { buildProduct, compile } from '../build.ts';

/** Processes of the flood, and how often each of them is denied. */
export const FLOOD = { processes: 8, each: 1250, all: 10_000 } as const;

/** Names of the two executables; which attempts are whose is written in flood.sh. */
export function programOf(attempt: number): string {
  return attempt < FLOOD.all / 2 ? '/root/burst-a' : '/root/burst-b';
}

/** What the guest needs for the scripts of this folder: the product, the policy, the trigger. */
export function joinTree(): AddedTree[] {
  const burst = join(outputFolder, 'test', 'burst');
  mkdirSync(join(outputFolder, 'test'), { recursive: true });
  execFileSync('gcc', ['-static', '-O2', '-o', burst, join(import.meta.dirname, 'burst.c')]);
  buildProduct();
  compile('test/kernel/join/tsconfig.json');
  const driver = ['src', 'test'].map((folder) => ({
    source: join(outputFolder, 'join-tests', folder),
    destination: join(guestRepository, folder),
  }));
  const scripts = ['contexts.sh', 'flood.sh', 'stock-tools.sh', 'losses.sh', 'all.sh'].map((name) => ({
    source: join(import.meta.dirname, name),
    destination: `/root/${name}`,
  }));
  return [
    ...productTree(repositoryRoot),
    ...driver,
    ...scripts,
    ...['orc', 'loader'].map((name) => ({
      source: join(outputFolder, 'test', name),
      destination: `/root/${name}`,
    })),
    { source: burst, destination: '/root/burst-a' },
    { source: burst, destination: '/root/burst-b' },
  ];
}

/** A line of a log that begins as an audit record does. */
export interface LogRecord {
  readonly type: string;
  /** `seconds.milliseconds:serial` */
  readonly id: string;
  readonly body: string;
}

/** The records of a log, in their order. */
export function logRecords(text: string): LogRecord[] {
  return text.split('\n').flatMap((line) => {
    const [, type, id, body] = /^type=(\S+) msg=audit\(([\d.:]+)\): ?(.*)$/.exec(line) ?? [];
    return type === undefined ? [] : [{ type, id: id!, body: body! }];
  });
}

/** The value of a field in a record, as it stands there. */
export function fieldOf(body: string, name: string): string | undefined {
  return new RegExp(`(?:^| )${name}=(\\S+)`).exec(body)?.[1];
}

/** A decision with what the kernel wrote about its system call, as `--json` prints it. */
export interface JoinedLine {
  readonly time: string;
  readonly serial: number;
  readonly join: string;
  readonly decisions: readonly {
    readonly pid: number;
    readonly comm: string;
    readonly exe_inode: number;
    readonly syscall: number;
    readonly a0: string;
    readonly a1: string;
    readonly a2: string;
    readonly a3: string;
    readonly path: string;
    readonly verdict: number;
  }[];
  readonly records: readonly { readonly type: string; readonly text: string }[];
}

/** The attempt that a path is about. */
export function attemptOf(path: string | undefined): number {
  return Number(/deny-(\d+)"?$/.exec(path ?? '')?.[1] ?? -1);
}

/** What differs between a decision and the kernel's records beside it; empty if they tell of the same call. */
export function differences(line: JoinedLine, inodes: ReadonlyMap<number, string>): string[] {
  const [decision] = line.decisions;
  const text = (type: string): string => line.records.find((record) => record.type === type)?.text ?? '';
  const syscall = text('SYSCALL');
  const attempt = attemptOf(decision?.path);
  if (line.join !== 'joined' || !decision || line.decisions.length !== 1)
    return [`join: ${JSON.stringify(line)}`];
  const wanted: Record<string, string> = {
    pid: String(decision.pid),
    comm: `"${decision.comm}"`,
    exe: `"${inodes.get(decision.exe_inode)}"`,
    syscall: String(decision.syscall),
    a0: decision.a0,
    a1: decision.a1,
    a2: decision.a2,
    a3: decision.a3,
    success: 'no',
    exit: '-1',
    key: '"join"',
  };
  const wrong = Object.entries(wanted)
    .filter(([name, value]) => fieldOf(syscall, name) !== value)
    .map(([name, value]) => `${name}: ${value} in BPF, ${fieldOf(syscall, name)} in SYSCALL`);
  if (Number.parseInt(decision.a3, 16) !== attempt)
    wrong.push(`a3 is ${decision.a3}, the file is ${decision.path}`);
  if (attemptOf(fieldOf(text('PATH'), 'name')) !== attempt) wrong.push(`PATH: ${text('PATH')}`);
  if (inodes.get(decision.exe_inode) !== programOf(attempt))
    wrong.push(`exe of attempt ${attempt}: ${syscall}`);
  const types = line.records.map(({ type }) => type).join(' ');
  if (types !== 'SYSCALL CWD PATH PROCTITLE') wrong.push(`records: ${types}`);
  return wrong;
}
