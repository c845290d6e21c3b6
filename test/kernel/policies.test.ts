import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { addedTrees, guestRepository, productTree } from '../../vm/repository.ts';
import { runInGuest } from '../../vm/run.ts';
import type { scenarios } from './guest/policies.ts';
import { buildProduct } from './build.ts';
import { kernels } from './kernels.ts';

const root = join(import.meta.dirname, '../..');

type Scenarios = typeof scenarios;
type ResultOf<Name extends keyof Scenarios> = Awaited<ReturnType<Scenarios[Name]>>;

/** What a kernel is asked to do: each has one of the long scenarios, so that no boot takes too long. */
interface Plan {
  readonly upgrades: number;
  /** Calls that ten policies decide about; 0: not on this kernel. */
  readonly mixedCalls: number;
  /** Whether the command itself is run, and killed. */
  readonly commands: boolean;
}

const FEW: Plan = { upgrades: 5, mixedCalls: 0, commands: false };
const PLANS: Readonly<Record<string, Plan>> = {
  '6.1': { ...FEW, mixedCalls: 100_000 },
  '6.12': { ...FEW, upgrades: 50 },
  '7.2': { ...FEW, commands: true },
};
const planFor = (kernel: string): Plan => PLANS[kernel] ?? FEW;
async function runScenarios(
  kernel: string,
): Promise<ReadonlyMap<string, { result?: unknown; failure?: string }>> {
  const plan = planFor(kernel);
  const parts = ['.output/kernel-tests', '.output/test'];
  const { stdout, stderr, exitCode } = await runInGuest({
    kernel,
    cwd: guestRepository,
    command: ['node', '.output/kernel-tests/test/kernel/guest/policies.js', ...scenariosOf(plan)],
    env: { UPGRADES: String(plan.upgrades), MIXED_CALLS: String(plan.mixedCalls) },
    add: [...productTree(root), ...addedTrees(root, parts)],
    timeoutMs: 880_000,
  });
  writeFileSync(join(root, `.output/test/policies-${kernel}.jsonl`), stdout);
  expect(exitCode, stderr.slice(-2000)).toBe(0);
  const lines = stdout.split('\n').filter((line) => line.startsWith('{"scenario"'));
  return new Map(
    lines.map((line) => {
      const printed: { scenario: string; result?: unknown; failure?: string } = JSON.parse(line);
      return [printed.scenario, printed];
    }),
  );
}

const SHORT: readonly (keyof Scenarios)[] = ['coordination', 'upgrades'];
const LONG: readonly (keyof Scenarios)[] = ['commands', 'killed'];

function scenariosOf({ commands, mixedCalls }: Plan): string[] {
  return [...SHORT, ...(commands ? LONG : []), ...(mixedCalls > 0 ? ['tenPolicies'] : [])];
}

describe.each(kernels)('kernel %s', (kernel) => {
  const plan = planFor(kernel);
  let printed: ReadonlyMap<string, { result?: unknown; failure?: string }>;

  beforeAll(async () => {
    buildProduct();
    printed = await runScenarios(kernel);
  });

  function get<Name extends keyof Scenarios>(name: Name): ResultOf<Name> {
    const one = printed.get(name);
    expect(one?.failure, `scenario ${name}`).toBeUndefined();
    expect(one, `scenario ${name} did not run`).toBeDefined();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the runner prints exactly this type
    return one!.result as ResultOf<Name>;
  }

  test(`${plan.upgrades} upgrades under load: no probe passes, no call is decided twice`, () => {
    const { probes, records, twice, missing, backwards, straddled, unnoted, stderr, upgradeMs } =
      get('upgrades');
    expect(upgradeMs.length).toBeGreaterThanOrEqual(plan.upgrades);
    expect(probes.denied).toBeGreaterThan(500);
    expect(probes).toMatchObject({ letThrough: 0, keptBack: 0, passed: probes.denied });
    expect(missing).toEqual([]);
    // what was not logged twice, and nothing is missing, was decided once; two programs log what passes
    expect(records - twice).toBe(probes.denied + 2 * probes.passed);
    expect(backwards).toBe(0);
    // if the kernel takes no note of a call, both of its programs may come twice, but never not at all
    expect(twice).toBeLessThanOrEqual(2 * unnoted);
    expect(stderr).toContain(' 0 lost, 0 malformed');
    // the case that the notes are for did happen
    if (plan.upgrades >= 50) expect(straddled).toBeGreaterThan(0);
  });

  test('each record names the version that decided', () => {
    const { wrongVersion, versions, upgradeMs } = get('upgrades');
    expect(wrongVersion).toBe(0);
    expect(versions).toBe(upgradeMs.length + 1);
  });

  test.runIf(plan.mixedCalls > 0)(
    `ten policies on the same hooks: ${plan.mixedCalls} decisions, each under its policy`,
    () => {
      const { stderr, counted, orders, ...found } = get('tenPolicies');
      expect(found).toEqual({
        mixed: { denied: plan.mixedCalls * 0.75, passed: plan.mixedCalls * 0.25 },
        records: plan.mixedCalls,
        calls: plan.mixedCalls,
        wrongPolicy: 0,
        wrongVersion: 0,
        wrongProgram: 0,
        wrongVerdict: 0,
      });
      expect(stderr).toContain(`${plan.mixedCalls} records, 0 lost`);
      const ten = Object.values(counted);
      expect(ten.length).toBe(10);
      for (const counts of ten)
        expect(counts).toEqual({ records: plan.mixedCalls / 10, denials: plan.mixedCalls * 0.075 });
      expect(orders.map(({ hook, programs }) => [hook, programs.length])).toEqual([
        ['file_ioctl', 10],
        ['socket_create', 10],
      ]);
    },
  );

  test('the order of the manifests is the order of the kernel, also after an upgrade', () => {
    const { byOrder, afterUpgrade, order } = get('coordination');
    const lines = [
      'call=1440 verdict=-1 permissive=1 policy="watcher" policy-version="1" lsm-hook=socket_create cgroup="/"',
      'call=1440 verdict=-1 policy="middle" policy-version="1" lsm-hook=socket_create unasked="last" cgroup="/"',
    ];
    expect(byOrder).toEqual({ denied: 1, lines });
    expect(afterUpgrade).toEqual({ denied: 1, lines });
    expect(order).toEqual([
      {
        hook: 'socket_create',
        programs: ['watcher', 'middle', 'last'].map((policy) => ({ policy, program: 'rank_create' })),
        asOrdered: true,
      },
    ]);
  });

  test('monitor mode logs what would be denied, and denies nothing', () => {
    expect(get('coordination').monitorOnly).toEqual({
      denied: 0,
      lines: ['watcher', 'middle', 'last'].map(
        (policy) =>
          `call=1440 verdict=-1 permissive=1 policy="${policy}" policy-version="1" lsm-hook=socket_create cgroup="/"`,
      ),
    });
  });

  test.runIf(plan.commands)('a policy that fails takes no other down, and leaves nothing', () => {
    const { steps, denied, pins, before, left } = get('commands');
    expect(steps['load']!.status).toBe(1);
    expect(steps['load']!.stderr).toMatch(
      /loaded rank 1, generation 1, enforce: rank_create on socket_create/,
    );
    expect(steps['load']!.stderr).toMatch(
      /load program leak_create of policy\.bpf\.o: .* \(E_BPF_VERIFIER\)/,
    );
    expect(steps['load']!.stderr).toMatch(/loaded other 1, generation 1/);
    expect(pins).toEqual(['other', 'rank']);
    expect(steps['upgradeBad']!.status).toBe(1);
    expect(steps['upgradeBad']!.stderr).toMatch(/\(E_BPF_VERIFIER\)/);
    expect(denied).toEqual({ load: 1, stats: 1, upgradeBad: 1, unload: 0 });
    expect(steps['unload']!.stderr).toMatch(
      /unloaded rank\n.*nobody.*\(E_POLICY_UNKNOWN\).*\n.*unloaded other/,
    );
    expect(left).toEqual(before);
  });

  test.runIf(plan.commands)('what cannot be done is refused with a cure', () => {
    const { steps } = get('commands');
    expect(steps['check']).toMatchObject({ status: 0, stderr: '' });
    expect(steps['check']!.stdout).toMatch(/: fine, and the verifier takes it\n$/);
    expect(steps['again']!.stderr).toMatch(/\(E_POLICY_LOADED\); hint: bpfaudit policy upgrade /);
    expect(steps['plain']!.status).toBe(0);
    expect(steps['plainUpgrade']!.stderr).toMatch(
      /\(E_POLICY_GATE\); hint: declare it with BPF_AUDIT_POLICY\(\)/,
    );
    expect(steps['monitorPlain']!.stderr).toMatch(
      /mode: expected programs declared .* \(E_MANIFEST\); hint: /,
    );
    expect(steps['manifest']!.stderr.split('\n')).toEqual([
      expect.stringMatching(
        /policy\.toml: hooks: expected a list of hooks .*, found nothing \(E_MANIFEST\)$/,
      ),
      expect.stringMatching(/policy\.toml:5: hoks: no such key \(E_MANIFEST\); hint: did you mean hooks\?$/),
      expect.stringMatching(
        /policy\.toml:7: order: expected a whole number from 0 to 999, found 1000 \(E_MANIFEST\)$/,
      ),
      '',
    ]);
  });

  test.runIf(plan.commands)('list tells what each program did', () => {
    const { steps } = get('commands');
    const [head = '', ...rows] = steps['list']!.stdout.split('\n');
    expect(head.split(/\s+/)).toEqual(
      'POLICY VERSION GEN MODE ORDER PROGRAM HOOK PROG-ID TAG OBJECT RECORDS DENIALS LOST NS/RUN'.split(' '),
    );
    const rank = rows.find((row) => row.startsWith('rank '))!.split(/\s+/);
    expect(rank.slice(0, 7)).toEqual(['rank', '1', '1', 'enforce', '50', 'rank_create', 'socket_create']);
    expect(rank.slice(10, 13)).toEqual(['2', '2', '0']);
    expect(Number(rank[13])).toBeGreaterThan(0);
    expect(steps['list']!.stdout).toMatch(
      /^socket_create runs: stress-load \(load_deny\), other \(turn_create\), other \(turn_again\), rank/m,
    );
    expect(steps['show']!.stdout).toMatch(/^author +the test$/m);
    expect(steps['empty']).toMatchObject({
      status: 0,
      stdout: '',
      stderr: 'bpfaudit: no policy is loaded\n',
    });
  });

  test.runIf(plan.commands)(
    'an upgrade that is killed leaves the policy in force, and the next command repairs',
    () => {
      const { letThrough, calls, afterRepair } = get('killed');
      expect(calls).toBeGreaterThan(100);
      expect(letThrough).toBe(0);
      for (const states of afterRepair) expect(states).toEqual(['active']);
    },
  );
});
