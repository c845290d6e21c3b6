import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { outputFolder } from '../../vm/paths.ts';
import { runInGuest } from '../../vm/run.ts';
import {
  attemptOf,
  differences,
  fieldOf,
  FLOOD,
  joinTree,
  programOf,
  type JoinedLine,
} from './join/flood.ts';
import { eventWith, hasOwnId, logEvents, typesOf } from './join/events.ts';
import { goldenEvent, loggedEvent } from './join/golden-events.ts';
import { everywhere } from './scenario-run.ts';
import { kernels } from './kernels.ts';

const GOLDENS = new URL('../fixtures/goldens/rfc-kernel-7.2/', import.meta.url);

/** The numbers that losses.sh printed about a log. */
function numbersOf(name: string, printed: string): Record<string, number> {
  const line = printed.split('\n').find((text) => text.startsWith(`${name} decisions=`)) ?? '';
  return Object.fromEntries(
    [...line.matchAll(/([\w-]+)=(\d+)/g)].map(([, key, value]) => [key!, Number(value)]),
  );
}

/** The event of a golden, and the one that was written when it was made to happen in the guest. */
function both(name: string, printed: string): { expected: string[]; got: string[] } {
  const line = printed.split('\n').find((text) => text.startsWith(`{"name":"${name}"`));
  const { log }: { log: string } = JSON.parse(line ?? '{"log":""}');
  return {
    expected: goldenEvent(readFileSync(new URL(`${name}.txt`, GOLDENS), 'latin1')),
    got: loggedEvent(log),
  };
}

/** What an event of the kernel and one from BPF have in common. */
function comparable(events: readonly string[]): string[] {
  return events
    .filter((text) => !/^13(?:02|07) /.test(text))
    .map((text) => text.replace(/ items=\d/, ' items=*').replace(/ origin=bpf$/, ''));
}

/** How many decisions share their millisecond and process with the one before. */
function crowded(keys: readonly string[]): number {
  return keys.length - new Set(keys).size;
}

/** What a boot printed, and the folder of the files it gave back. */
interface Boot {
  readonly printed: string;
  readonly files: string;
}

async function boot(kernel: string): Promise<Boot> {
  const files = join(outputFolder, 'test', `join-${kernel}`);
  const { stdout, stderr, exitCode } = await runInGuest({
    kernel,
    add: tree,
    command: ['bash', '/root/all.sh'],
    get: ['/root/without.log.gz', '/root/with.json.gz', '/root/kept.log'],
    getInto: files,
    timeoutMs: 880_000,
  });
  expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
  return { printed: stdout, files };
}

let tree: ReturnType<typeof joinTree> = [];
let boots: ReadonlyMap<string, Promise<Boot>> = new Map();
beforeAll(() => {
  tree = joinTree();
  boots = everywhere(boot);
});

describe.each(kernels)('kernel %s: 10,000 denials from 8 processes', (kernel) => {
  let files = '';
  let contexts = '';
  let said = '';
  let tools = '';
  let losses = '';
  let goldens = '';

  function readLog(name: string): string {
    return gunzipSync(readFileSync(join(files, 'root', `${name}.gz`))).toString('latin1');
  }

  beforeAll(async () => {
    const { printed, files: folder } = await boots.get(kernel)!;
    files = folder;
    [, contexts = '', said = '', tools = '', losses = '', goldens = ''] = printed.split(/^======== .*\n/m);
  });

  test('nothing is lost or late', () => {
    expect(said).toMatch(
      /without\.log .* 10000 records, 0 lost, 0 malformed.* 0 joined, 10000 alone, 0 timed out, 0 late/,
    );
    expect(said).toMatch(
      /with\.json .* 10000 records, 0 lost, 0 malformed.* 10000 joined, 0 alone, 0 timed out, 0 late/,
    );
    expect(said.match(/^.*lost 0$/gm)).toHaveLength(2);
  });

  test('with a rule, each carries the serial of its own SYSCALL record', () => {
    const inodes = new Map(
      [...said.matchAll(/^(\d+) (\/root\/burst-[ab])$/gm)].map(([, inode, path]) => [Number(inode), path!]),
    );
    expect(inodes.size).toBe(2);
    const lines = readLog('with.json')
      .split('\n')
      .filter((line) => line.includes('"decisions"'))
      .map((line): JoinedLine => JSON.parse(line));
    expect(lines).toHaveLength(FLOOD.all);
    expect(lines.flatMap((line) => differences(line, inodes)).slice(0, 10)).toEqual([]);
    expect(new Set(lines.map(({ serial }) => serial)).size).toBe(FLOOD.all);
    expect(new Set(lines.map(({ decisions }) => attemptOf(decisions[0]?.path))).size).toBe(FLOOD.all);
    // A join by time and pid would have had to guess for these.
    expect(crowded(lines.map(({ time, decisions }) => `${time} ${decisions[0]?.pid}`))).toBeGreaterThan(1000);
  });

  test('without a rule, each has its context from BPF', () => {
    const events = logEvents(readLog('without.log'));
    const decided = [...events.values()].filter(([first]) => first?.type === 'UNKNOWN[1427]');
    expect(decided).toHaveLength(FLOOD.all);
    const attempts = new Set<number>();
    const wrong = decided.flatMap(([access, ...rest]) => {
      const attempt = attemptOf(fieldOf(access!.body, 'path'));
      attempts.add(attempt);
      const [syscall, cwd, proctitle] = rest.map(({ body }) => body);
      const isRight =
        rest.map(({ type }) => type).join(' ') === 'SYSCALL CWD PROCTITLE' &&
        rest.every(({ body }) => body.endsWith(' origin=bpf')) &&
        fieldOf(syscall!, 'pid') === fieldOf(access!.body, 'pid') &&
        fieldOf(syscall!, 'exe') === `"${programOf(attempt)}"` &&
        Number.parseInt(fieldOf(syscall!, 'a3') ?? '', 16) === attempt &&
        syscall!.startsWith('arch=c000003e syscall=257 ') &&
        cwd === 'cwd="/" origin=bpf' &&
        Buffer.from(fieldOf(proctitle!, 'proctitle') ?? '', 'hex')
          .toString()
          .startsWith(programOf(attempt));
      return isRight ? [] : [[access, ...rest].map((record) => `${record?.type} ${record?.body}`).join('\n')];
    });
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(attempts.size).toBe(FLOOD.all);
  });

  test('stock ausearch finds the decisions by what the records beside them say', () => {
    expect(tools.split('\n').filter((line) => line.startsWith('ausearch'))).toEqual([
      'ausearch -m 1427: 12',
      'ausearch -k join: 6',
      'ausearch -x cat: 8',
      'ausearch -ui 0: 12',
      'ausearch -ul 33: 2',
      'ausearch -sc openat: 10',
      'ausearch -sc execve: 2',
      'ausearch -sv no: 12',
      'ausearch -e -1: 12',
    ]);
  });

  describe('who is denied', () => {
    const fromKernel = ['SYSCALL', 'CWD', 'PATH', 'PROCTITLE'];
    const captured = ['SYSCALL bpf', 'CWD bpf', 'PROCTITLE bpf'];

    test('a task without audit context, forked while audit was off: it leaves at once, with what BPF captured', () => {
      const event = eventWith(contexts, '/root/deny-old');
      expect(typesOf(event)).toEqual(['UNKNOWN[1427]', ...captured]);
      expect(hasOwnId(event)).toBe(true);
      expect(event[0]?.body).not.toContain('join=');
      // Nobody saw the end of the call.
      expect(event[1]?.body).toMatch(/^arch=c000003e syscall=257 a0=.* origin=bpf$/);
    });

    test('two policies about one call stand in one event, in their order', () => {
      const event = eventWith(contexts, 'watched');
      expect(typesOf(event)).toEqual(['UNKNOWN[1427]', 'UNKNOWN[1427]', ...fromKernel]);
      expect(event.slice(0, 2).map(({ body }) => fieldOf(body, 'verdict'))).toEqual(['0', '-1']);
      const programs = event.slice(0, 2).map(({ body }) => fieldOf(body, 'prog-id'));
      expect(new Set(programs).size).toBe(2);
      expect(event.slice(0, 3).map(({ body }) => fieldOf(body, 'pid'))).toEqual(
        Array(3).fill(fieldOf(event[0]!.body, 'pid')),
      );
    });

    test('an operation of io_uring stands in its own event', () => {
      const event = eventWith(contexts, '/root/deny-uring');
      expect(typesOf(event).slice(0, 2)).toEqual(['UNKNOWN[1427]', 'URINGOP']);
      expect(event[1]?.body).toMatch(/^uring_op=18 success=yes exit=0 .*key="uring"$/);
      expect(hasOwnId(event)).toBe(false);
    });

    test('a kernel thread makes no system call, and nobody waits for one', () => {
      const event = eventWith(contexts, 'name="vcs21"');
      expect(event[0]?.body).toContain('comm="kdevtmpfs"');
      expect(event[0]?.body).not.toContain('join=');
      expect(typesOf(event).filter((type) => type.startsWith('SYSCALL'))).toEqual([]);
      expect(hasOwnId(event)).toBe(true);
    });

    test('all of them: two with the kernel’s records, two without, none late', () => {
      expect(contexts).toContain('bpfaudit: 2 joined, 2 alone, 0 timed out, 0 late\n');
    });
  });

  describe('losses', () => {
    test('bpfaudit killed: no decision is missing, none is there twice, what nobody read is counted', () => {
      const numbers = numbersOf('killed', losses);
      expect(numbers).toMatchObject({ attempts: 800, decisions: 800, 'own-ids': 0, 'bpf-lost': 0, lost: 0 });
      // Nobody read what the kernel wrote meanwhile: BPF tells about these events, and their number is known.
      // Of the event that it was reading, the first records may have gone with it: BPF tells what they said.
      expect(numbers['timeouts']! + numbers['partial']!).toBe(numbers['from-bpf']);
      expect(numbers['partial']).toBeLessThanOrEqual(1);
      expect(numbers['timeouts']).toBeGreaterThan(0);
      expect(numbers['unread']).toBeGreaterThan(0);
      expect(numbers['syscalls']! + numbers['from-bpf']!).toBeGreaterThanOrEqual(800);
    });

    test('auditd killed: nothing is missing beside it', () => {
      expect(numbersOf('beside', losses)).toMatchObject({
        attempts: 800,
        decisions: 800,
        syscalls: 800,
        timeouts: 0,
        dropped: 0,
        'bpf-lost': 0,
      });
    });

    test('a backlog that overflows: every decision is there, and what the kernel lost is counted', () => {
      const numbers = numbersOf('overflow', losses);
      expect(numbers).toMatchObject({ attempts: 800, decisions: 800, 'bpf-lost': 0 });
      expect(numbers['lost']).toBeGreaterThan(0);
      expect(losses).toContain(`overflow kernel-lost=${numbers['lost']}\n`);
      // The kernel gives an event up with its first record that finds no room. BPF then tells what it captured.
      expect(800 - numbers['syscalls']!).toBeLessThanOrEqual(numbers['lost']!);
      expect(numbers['syscalls']! + numbers['from-bpf']!).toBeGreaterThanOrEqual(800);
    });
  });

  describe('goldens with a rule', () => {
    test.each(['rule_openat_deny', 'rule_watch', 'rule_connect'])('%s: the same records', (name) => {
      const { expected, got } = both(name, goldens);
      expect(got).toEqual(expected);
    });

    // The kfuncs make the kernel write these events, which BPF cannot: what it captured stands there instead.
    test.each(['rule_other', 'norule_connect'])('%s: the same from BPF, but for PATH', (name) => {
      const { expected, got } = both(name, goldens);
      expect(comparable(got)).toEqual(comparable(expected));
      expect(got.slice(1).every((text) => text.endsWith(' origin=bpf'))).toBe(true);
    });

    test.each(['rule_neverexit', 'rule_nevertask'])(
      '%s: the decision first, then what BPF captured',
      (name) => {
        const { expected, got } = both(name, goldens);
        expect(got.slice(0, 1)).toEqual(expected);
        expect(got.slice(1).every((text) => text.endsWith(' origin=bpf'))).toBe(true);
      },
    );
  });
});
