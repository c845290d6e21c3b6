import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Attachment } from '../../../src/bpf/attachment.ts';
import { PolicyObject } from '../../../src/bpf/policy-object.ts';
import { Ring } from '../../../src/bpf/ring.ts';
import type { SharedMaps } from '../../../src/bpf/shared-maps.ts';
import { hookOrders, listPolicies } from '../../../src/policy/list-policies.ts';
import { PolicyLoader } from '../../../src/policy/policy-loader.ts';
import { openSource } from '../../../src/policy/policy-source.ts';
import { Reader, run } from './commands.ts';
import { program, tool } from './place.ts';
import { beginAnew, policyFolder } from './policy-folders.ts';
import { loggedDecisions, upgradeFindings, type UpgradeFindings } from './policy-log.ts';
import { freshLog } from './session.ts';

/** Calls of the prober by what came of them. */
export interface Probes {
  readonly denied: number;
  readonly letThrough: number;
  readonly passed: number;
  readonly keptBack: number;
}

/** What {@link upgrades} gives. */
export interface Upgrades extends UpgradeFindings {
  readonly probes: Probes;
  /** Calls that a flip met between the two generations. */
  readonly straddled: number;
  /** Passing calls whose note could not be left. */
  readonly unnoted: number;
  readonly upgradeMs: readonly number[];
  readonly stderr: string;
}

const UPGRADES = Number(process.env['UPGRADES'] ?? 50);
/** Every so many upgrades calls are kept between the two generations. */
const STALL_EVERY = 5;
/** If no flip met a call between the generations, which is rare, so many more are made with calls kept there. */
const MORE = 10;

const turnFolder = (version: number): string =>
  policyFolder('policy-turn', {
    name: 'turn',
    version: String(version),
    hooks: ['socket_create'],
    more: `[maps.built]\nentries = [[0, ${version}]]`,
  });

class Prober {
  readonly #child;
  #printed = '';

  constructor(...args: readonly string[]) {
    this.#child = spawn(tool('prober'), args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child.stdout.setEncoding('latin1').on('data', (text: string) => (this.#printed += text));
  }

  async stop(): Promise<Probes> {
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    await ended;
    const probes: Probes = JSON.parse(this.#printed);
    return probes;
  }
}

/** Fifty upgrades under load: who decided each call? */
export async function upgrades(): Promise<Upgrades> {
  beginAnew();
  const log = freshLog('upgrades.log');
  using loader = await PolicyLoader.open();
  using stall = PolicyObject.open(program('policy-stall'));
  stall.load(loader.maps);
  const { index } = await loader.load(openSource(turnFolder(0)));
  const reader = await Reader.start('--log', log);
  const prober = new Prober('2', '1500');
  const upgradeMs: number[] = [];
  let unnoted = 0;
  await delay(300);
  const met = (): boolean => UPGRADES < 50 || loader.turns.straddled(index) > 0;
  for (let version = 1; version <= UPGRADES || (!met() && version <= UPGRADES + MORE); version++) {
    const source = openSource(turnFolder(version));
    using _between =
      version % STALL_EVERY === 0 || version > UPGRADES ? new Attachment(stall, loader.maps) : undefined;
    const started = performance.now();
    await loader.upgrade(source);
    unnoted += loader.turns.unnoted(index);
    upgradeMs.push(Math.round(performance.now() - started));
  }
  await delay(300);
  const probes = await prober.stop();
  await reader.stop();
  const straddled = loader.turns.straddled(index);
  await loader.unload('turn');
  return { ...upgradeFindings(log), probes, straddled, unnoted, upgradeMs, stderr: reader.stderr };
}

/** What {@link tenPolicies} gives. */
export interface TenPolicies {
  readonly mixed: { readonly denied: number; readonly passed: number };
  readonly records: number;
  readonly calls: number;
  /** Records under another policy than the one that was to decide. */
  readonly wrongPolicy: number;
  readonly wrongVersion: number;
  /** Records whose program is not one of the policy's. */
  readonly wrongProgram: number;
  readonly wrongVerdict: number;
  readonly counted: Readonly<Record<string, { readonly records: number; readonly denials: number }>>;
  readonly orders: ReturnType<typeof hookOrders>;
  readonly stderr: string;
}

const MIXED_CALLS = Number(process.env['MIXED_CALLS'] ?? 100_000);
const MIXED_OBJECTS = ['policy-mixed-gated', 'policy-mixed-plain', 'policy-mixed-sleepable'];

/** Calls whose records fit into the ring: an emulated reader is slower than the calls. */
const PORTION = 10_000;

async function readerCaughtUp(maps: SharedMaps): Promise<void> {
  for (;;) {
    using ring = new Ring(maps.fd('bpf_audit_ring'), maps.ringSize);
    if (ring.empty) return;
    await delay(20);
  }
}

/** Ten policies of different authors on the same two hooks. */
export async function tenPolicies(): Promise<TenPolicies> {
  beginAnew();
  const log = freshLog('ten.log');
  using loader = await PolicyLoader.open();
  const programs = new Map<string, ReadonlySet<number>>();
  for (let digit = 0; digit < 10; digit++) {
    const folder = policyFolder(MIXED_OBJECTS[digit % 3]!, {
      name: `author-${digit}`,
      version: `1.${digit}`,
      author: `author ${digit} <author-${digit}@example.org>`,
      hooks: ['socket_create', 'file_ioctl'],
      more: `[maps.digit]\nentries = [[0, ${digit}]]`,
    });
    const { name } = await loader.load(openSource(folder));
    void name;
  }
  const policies = listPolicies();
  for (const { name, programs: own } of policies) programs.set(name, new Set(own.map(({ id }) => id)));
  const reader = await Reader.start('--log', log);
  const mixed = { denied: 0, passed: 0 };
  for (let from = 0; from < MIXED_CALLS; from += PORTION) {
    const { stdout } = run(tool('prober'), [
      'mixed',
      String(from),
      String(Math.min(PORTION, MIXED_CALLS - from)),
    ]);
    const counted: typeof mixed = JSON.parse(stdout);
    mixed.denied += counted.denied;
    mixed.passed += counted.passed;
    await readerCaughtUp(loader.maps);
  }
  await reader.stop();
  const decisions = loggedDecisions(log);
  const wrong = (test: (one: (typeof decisions)[number]) => boolean): number => decisions.filter(test).length;
  const counted = listPolicies().map(({ name, programs: own }) => {
    const records = own.reduce((sum, one) => sum + one.records, 0);
    return [name, { records, denials: own.reduce((sum, one) => sum + one.denials, 0) }] as const;
  });
  const result: TenPolicies = {
    mixed,
    records: decisions.length,
    calls: new Set(decisions.map(({ call }) => call)).size,
    wrongPolicy: wrong(({ call, policy }) => policy !== `author-${call % 10}`),
    wrongVersion: wrong(({ call, version }) => version !== `1.${call % 10}`),
    wrongProgram: wrong(({ policy, programId }) => programs.get(policy ?? '')?.has(programId) !== true),
    wrongVerdict: wrong(({ call, verdict }) => {
      const error = (call % 10) % 3 === 1 ? -13 : -1;
      return verdict !== (Math.floor(call / 10) % 4 === 0 ? 0 : error);
    }),
    counted: Object.fromEntries(counted),
    orders: hookOrders(policies),
    stderr: reader.stderr,
  };
  for (const { name } of policies) await loader.unload(name);
  return result;
}
