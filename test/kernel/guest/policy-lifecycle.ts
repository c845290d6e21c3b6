import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hookOrders, listPolicies } from '../../../src/policy/list-policies.ts';
import { PolicyLoader } from '../../../src/policy/policy-loader.ts';
import { openSource } from '../../../src/policy/policy-source.ts';
import { attachedState, Reader, run, storm, type CommandResult } from './commands.ts';
import { cli, program } from './place.ts';
import { beginAnew, policyFolder } from './policy-folders.ts';
import { freshLog } from './session.ts';

/** The same number stands in programs/policy-rank.bpf.c. */
const PROTOCOL_RANK = 1440;
const EPERM = 'EPERM';

const rankFolder = (name: string, order: number, mode: 'enforce' | 'monitor' = 'enforce'): string =>
  policyFolder('policy-rank', { name, version: '1', hooks: ['socket_create'], mode, order });

/** One denied call, and what the log says about it. */
interface Asked {
  /** How often the call failed with EPERM. */
  readonly denied: number;
  /** Lines of the log about it, without what differs from boot to boot. */
  readonly lines: readonly string[];
}

/** What {@link coordination} gives. */
export interface Coordination {
  readonly byOrder: Asked;
  readonly monitorOnly: Asked;
  readonly afterUpgrade: Asked;
  readonly order: ReturnType<typeof hookOrders>;
}

async function ask(name: string): Promise<Asked> {
  const log = freshLog(`${name}.log`);
  const reader = await Reader.start('--log', log);
  const denied = storm(1, 1, PROTOCOL_RANK)[EPERM] ?? 0;
  await delay(200);
  await reader.stop();
  const lines = readFileSync(log, 'latin1')
    .split('\n')
    .filter((line) => line.includes(' call='))
    .map((line) => line.replace(/^.* call=/, 'call='));
  return { denied, lines };
}

/** Three policies that deny the same call: who runs first, who is not asked, what monitor mode does. */
export async function coordination(): Promise<Coordination> {
  beginAnew();
  using loader = await PolicyLoader.open();
  await loader.load(openSource(rankFolder('watcher', 10, 'monitor')));
  await loader.load(openSource(rankFolder('last', 30)));
  await loader.load(openSource(rankFolder('middle', 20)));
  const byOrder = await ask('by-order');
  // An upgrade attaches anew, but the order stays.
  await loader.upgrade(loader.loadedSource('last'));
  const afterUpgrade = await ask('after-upgrade');
  const order = hookOrders(listPolicies());
  await loader.upgrade(loader.loadedSource('last'), { mode: 'monitor' });
  await loader.upgrade(loader.loadedSource('middle'), { mode: 'monitor' });
  const monitorOnly = await ask('monitor-only');
  for (const { name } of listPolicies()) await loader.unload(name);
  return { byOrder, monitorOnly, afterUpgrade, order };
}

/** What {@link commands} gives. */
export interface Commands {
  readonly steps: Readonly<Record<string, CommandResult>>;
  /** Denials after each step that must leave the policy in force. */
  readonly denied: Readonly<Record<string, number>>;
  readonly pins: readonly string[];
  readonly left: ReturnType<typeof attachedState>;
  readonly before: ReturnType<typeof attachedState>;
}

const policy = (...args: readonly string[]): CommandResult => run(process.execPath, [cli, 'policy', ...args]);

/** The command as users have it, with a policy that cannot be loaded between two that can. */
export function commands(): Commands {
  beginAnew();
  const before = attachedState();
  const rank = rankFolder('rank', 50);
  const bad = policyFolder('bad/policy-leak', { name: 'bad', version: '1', hooks: ['socket_create'] });
  const manifest = join(bad, 'policy.toml');
  const steps: Record<string, CommandResult> = {};
  const denied: Record<string, number> = {};
  const probe = (name: string): number => (denied[name] = storm(1, 1, PROTOCOL_RANK)[EPERM] ?? 0);
  const other = policyFolder('policy-turn', { name: 'other', version: '1', hooks: ['socket_create'] });
  steps['check'] = policy('check', rank);
  steps['load'] = policy('load', rank, bad, other);
  probe('load');
  const pins = readdirSync('/sys/fs/bpf/bpfaudit');
  steps['again'] = policy('load', rank);
  steps['plain'] = policy('load', program('stress-load'));
  steps['plainUpgrade'] = policy('upgrade', program('stress-load'));
  steps['monitorPlain'] = policy('load', '--monitor', program('stress-cut'));
  writeFileSync('/proc/sys/kernel/bpf_stats_enabled', '1');
  probe('stats');
  steps['list'] = policy('list');
  writeFileSync('/proc/sys/kernel/bpf_stats_enabled', '0');
  steps['show'] = policy('show', 'rank');
  steps['upgradeBad'] = policy('upgrade', brokenUpgrade(rank));
  probe('upgradeBad');
  const wrong = readFileSync(manifest, 'utf8')
    .replace('hooks =', 'hoks =')
    .replace('order = 50', 'order = 1000');
  writeFileSync(manifest, wrong);
  steps['manifest'] = policy('check', bad);
  steps['unload'] = policy('unload', 'rank', 'nobody', 'other', 'stress-load');
  probe('unload');
  steps['empty'] = policy('list');
  return { steps, denied, pins, before, left: attachedState() };
}

/** A new version of `rank` that the verifier refuses. */
function brokenUpgrade(folder: string): string {
  const broken = `${folder}-broken`;
  mkdirSync(broken, { recursive: true });
  writeFileSync(join(broken, 'policy.bpf.o'), readFileSync(program('bad/policy-leak')));
  const manifest = readFileSync(join(folder, 'policy.toml'), 'utf8');
  writeFileSync(join(broken, 'policy.toml'), manifest.replace('version = "1"', 'version = "2"'));
  return broken;
}

/** What {@link killed} gives. */
export interface Killed {
  /** Calls that were not denied while upgrades were killed and repaired. */
  readonly letThrough: number;
  readonly calls: number;
  /** How many generations were pinned right after each kill. */
  readonly afterKill: readonly number[];
  /** Generations, and whose turn it is, after the repair. */
  readonly afterRepair: readonly (readonly string[])[];
}

const KILL_AFTER_MS = [350, 600, 800, 1000, 1200, 1500];

/** Upgrades that are killed at some moment: the policy stays in force, the next command repairs. */
export async function killed(): Promise<Killed> {
  beginAnew();
  const folder = rankFolder('rank', 50);
  {
    using loader = await PolicyLoader.open();
    await loader.load(openSource(folder));
  }
  let [letThrough, calls] = [0, 0];
  const probe = (): void => {
    const counts = storm(1, 20, PROTOCOL_RANK);
    calls += 20;
    letThrough += 20 - (counts[EPERM] ?? 0);
  };
  const afterKill: number[] = [];
  const afterRepair: string[][] = [];
  for (const ms of KILL_AFTER_MS) {
    const child = spawn(process.execPath, [cli, 'policy', 'upgrade', folder], { stdio: 'ignore' });
    const ended = once(child, 'close');
    await delay(ms);
    probe();
    child.kill('SIGKILL');
    await ended;
    probe();
    afterKill.push(listPolicies().length);
    using repaired = await PolicyLoader.open();
    probe();
    afterRepair.push(listPolicies().map(({ state }) => state));
    void repaired;
  }
  using loader = await PolicyLoader.open();
  await loader.unload('rank');
  if (existsSync('/sys/fs/bpf/bpfaudit/rank')) throw new Error('pins of rank are left');
  return { letThrough, calls, afterKill, afterRepair };
}
