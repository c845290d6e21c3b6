import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PolicyStore } from '../../../src/policy/policy-store.ts';
import { program } from './place.ts';
import { removePins } from './session.ts';

/** What a manifest says; the rest is the same everywhere. */
export interface PolicyOf {
  readonly name: string;
  readonly version: string;
  readonly author?: string;
  readonly hooks: readonly string[];
  readonly mode?: 'enforce' | 'monitor';
  readonly order?: number;
  /** More lines: tables of maps. */
  readonly more?: string;
}

/** Writes a policy that is made of a test program. Returns its folder. */
export function policyFolder(object: string, policy: PolicyOf): string {
  const folder = join('/tmp/policies', `${policy.name}-${policy.version}`);
  mkdirSync(folder, { recursive: true });
  copyFileSync(program(object), join(folder, 'policy.bpf.o'));
  const lines = [
    `name = "${policy.name}"`,
    `version = "${policy.version}"`,
    `author = "${policy.author ?? 'the test'}"`,
    'object = "policy.bpf.o"',
    `hooks = ${JSON.stringify(policy.hooks)}`,
    `mode = "${policy.mode ?? 'enforce'}"`,
    `order = ${policy.order ?? 50}`,
    policy.more ?? '',
  ];
  writeFileSync(join(folder, 'policy.toml'), `${lines.join('\n')}\n`);
  return folder;
}

/** No policy and no shared map is left. */
export function beginAnew(): void {
  const { folders } = new PolicyStore();
  rmSync(folders.pins, { recursive: true, force: true });
  rmSync(folders.state, { recursive: true, force: true });
  removePins();
}
