import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PolicyObject } from '../../../src/bpf/policy-object.ts';
import { SharedMaps } from '../../../src/bpf/shared-maps.ts';
import { VerifierError } from '../../../src/bpf/verifier-error.ts';
import { BpfauditError } from '../../../src/errors/audit-error.ts';
import { Descriptor, openDescriptors } from '../../../src/sys/descriptor.ts';
import { libbpfNumber } from '../../../src/sys/libbpf.ts';
import { attachedState, bpftool, pause, Reader, run, storm, type CommandResult } from './commands.ts';
import { cli, program, tool } from './place.ts';
import { PROTOCOL } from './protocols.ts';
import { freshLog } from './session.ts';

/** Programs of one load, by name. */
export type Ids = Readonly<Record<string, number>>;

/** A loader of somebody else's that holds its programs until it is stopped. */
export class ForeignLoader {
  readonly ids: Ids;
  readonly #stop: () => Promise<void>;

  private constructor(ids: Ids, stop: () => Promise<void>) {
    this.ids = ids;
    this.#stop = stop;
  }

  /** Plain libbpf: attaches without a cookie. */
  static async start(policy: string): Promise<ForeignLoader> {
    const child = spawn(tool('loader'), [program(policy)], { stdio: ['pipe', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.setEncoding('latin1');
    for await (const text of child.stdout) {
      printed += String(text);
      if (printed.endsWith('\n')) break;
    }
    const ids: Ids = JSON.parse(printed);
    return new ForeignLoader(ids, async () => {
      const ended = once(child, 'close');
      child.stdin.end();
      await ended;
    });
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}

const PIN = '/sys/fs/bpf/foreign';

/** Plain libbpf, with pinned links: the programs outlive their loader. */
export function pin(policy: string): Ids {
  mkdirSync(PIN, { recursive: true });
  const { status, stdout, stderr } = run(tool('loader'), ['--pin', PIN, program(policy)]);
  if (status !== 0) throw new Error(`loader: ${stderr}`);
  const ids: Ids = JSON.parse(stdout);
  return ids;
}

const BPFTOOL_PIN = '/sys/fs/bpf/bpftool';

/** bpftool loads and pins; it attaches too (`autoattach`) in versions that Debian 12 does not have yet. */
class LoadedByBpftool implements Disposable {
  readonly ids: Ids;
  readonly #links: readonly Descriptor[];

  constructor(policy: string) {
    bpftool('prog', 'loadall', program(policy), BPFTOOL_PIN);
    const pins = readdirSync(BPFTOOL_PIN).map((name) => join(BPFTOOL_PIN, name));
    this.ids = Object.fromEntries(pins.map(idOfPinned));
    this.#links = pins.map(attachPinned);
  }

  [Symbol.dispose](): void {
    for (const link of this.#links) link[Symbol.dispose]();
    rmSync(BPFTOOL_PIN, { recursive: true });
  }
}

function idOfPinned(path: string): readonly [name: string, id: number] {
  const { name, id }: { name: string; id: number } = Object(bpftool('prog', 'show', 'pinned', path));
  return [name, id];
}

function attachPinned(path: string): Descriptor {
  using pinned = new Descriptor(libbpfNumber('int bpf_obj_get(const char *)', path), path);
  const link = libbpfNumber('int bpf_raw_tracepoint_open(const char *, int)', null, pinned.fd);
  if (link < 0) throw new Error(`attach ${path}: ${link}`);
  return new Descriptor(link, `link of ${path}`);
}

/** Detaches what was pinned. */
export function unpin(): void {
  rmSync(PIN, { recursive: true, force: true });
}

/** What the scenario of two loaders gives. */
export interface TwoLoaders {
  /** Ids that bpfaudit, a loader that pins, one that stays and bpftool gave. */
  readonly own: Ids;
  readonly pinned: Ids;
  readonly plain: Ids;
  readonly byBpftool: Ids;
  /** What `bpfaudit run` wrote while its own policy was there, and without any. */
  readonly together: string;
  readonly alone: string;
  readonly stderr: string;
}

/** Four loaders, one ring. */
export async function twoLoaders(): Promise<TwoLoaders> {
  const together = freshLog('together.log');
  const alone = freshLog('alone.log');
  const reader = await Reader.start('--log', together, program('stress-load'));
  const pinned = pin('stress-fail-open');
  using byBpftool = new LoadedByBpftool('stress-fail-closed');
  const plain = await ForeignLoader.start('stress-foreign');
  try {
    for (let round = 0; round < 3; round++) {
      storm(1, 1, PROTOCOL.LOAD);
      storm(1, 1, PROTOCOL.FAIL_OPEN);
      for (let protocol: number = PROTOCOL.FOREIGN; protocol <= PROTOCOL.SHARED_B; protocol++)
        storm(1, 1, protocol);
      storm(1, 1, PROTOCOL.FAIL_CLOSED);
    }
    await reader.stop();
    const collector = await Reader.start('--log', alone);
    storm(1, 2, PROTOCOL.FAIL_OPEN);
    storm(1, 1, PROTOCOL.LONG_B);
    storm(1, 1, PROTOCOL.FAIL_CLOSED);
    storm(1, 1, PROTOCOL.LOAD);
    await collector.stop();
    return {
      own: reader.programIds,
      pinned,
      plain: plain.ids,
      byBpftool: byBpftool.ids,
      together: readFileSync(together, 'latin1'),
      alone: readFileSync(alone, 'latin1'),
      stderr: collector.stderr,
    };
  } finally {
    await plain.stop();
    unpin();
  }
}

/** A program whose name is cut as another's is found while both are there, and not mixed up when one is gone. */
export async function afterUnload(): Promise<{ readonly ids: Ids; readonly log: string }> {
  const log = freshLog('after-unload.log');
  const plain = await ForeignLoader.start('stress-foreign');
  storm(1, 1, PROTOCOL.LONG_A);
  storm(1, 1, PROTOCOL.LONG_B);
  await plain.stop();
  await pause(200);
  const collector = await Reader.start('--log', log);
  await collector.stop();
  return { ids: plain.ids, log: readFileSync(log, 'latin1') };
}

/** A command line that must fail, and what is attached after it. */
export interface Refused extends CommandResult {
  readonly before: ReturnType<typeof attachedState>;
  readonly after: ReturnType<typeof attachedState>;
}

function refused(args: readonly string[]): Refused {
  const before = attachedState();
  const result = run(process.execPath, [cli, 'run', ...args]);
  return { ...result, before, after: attachedState() };
}

/** A policy that cannot be loaded: what is said about it, and what is left. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  /** Last lines of the verifier's log. */
  readonly tail?: string;
  readonly before: ReturnType<typeof attachedState>;
  readonly after: ReturnType<typeof attachedState>;
  /** Descriptors of this process that were left open. */
  readonly open: number;
}

function refuse(path: string): Refusal {
  const before = attachedState();
  const held = openDescriptors().size;
  let error: unknown;
  try {
    using maps = SharedMaps.open();
    using policy = PolicyObject.open(path);
    policy.load(maps);
  } catch (thrown) {
    error = thrown;
  }
  if (!(error instanceof BpfauditError)) throw new Error(`${path} was not refused: ${String(error)}`);
  return {
    code: error.code,
    message: error.message,
    hint: error.hint,
    ...(error instanceof VerifierError && { tail: error.tail }),
    before,
    after: attachedState(),
    open: openDescriptors().size - held,
  };
}

/** Policies that must be refused, by the verifier or before. */
export function refusals(): Readonly<Record<string, Refusal>> {
  const bad = ['leak', 'leak-branch', 'useafter', 'doubleend'].map((name) => `bad/${name}`);
  const input = ['no-such-hook', 'no-header', 'no-lsm', 'no-program'].map((name) => `bad-input/${name}`);
  const results = [...bad, ...input].map((name) => [name, refuse(program(name))] as const);
  return Object.fromEntries([...results, ['other-abi', refuse(tool('other-abi.bpf.o'))]]);
}

/** What the command does when it fails, on a real kernel. */
export function badInput(): Readonly<Record<string, Refused>> {
  const good = program('stress-load');
  mkdirSync('/tmp/read-only', { recursive: true });
  run('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', '/tmp/read-only']);
  const results: Record<string, Refused> = {
    secondBad: refused([good, program('bad/leak')]),
    readOnly: refused([good, '--log', '/tmp/read-only/audit.log']),
  };
  run('umount', ['/tmp/read-only']);
  const before = attachedState();
  const unprivileged = run('setpriv', [
    '--reuid',
    '65534',
    '--regid',
    '65534',
    '--clear-groups',
    process.execPath,
    cli,
    'run',
    good,
  ]);
  results['unprivileged'] = { ...unprivileged, before, after: attachedState() };
  run('umount', ['/sys/fs/bpf']);
  results['noBpffs'] = refused([good]);
  run('mount', ['-t', 'bpf', 'bpf', '/sys/fs/bpf']);
  return results;
}
