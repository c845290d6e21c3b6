import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { findProgram } from './programs.ts';
import { GuestError } from './guest-error.ts';

/** libbpf as the product loads it. */
export const libbpf = '/usr/lib/x86_64-linux-gnu/libbpf.so.1';

/** Programs that go into the guest, and the Debian package of each. */
export const guestPrograms: Readonly<Record<string, string>> = {
  // As /bin/sh: busybox's own shell runs its applets without exec, and they leave no trace in the audit log.
  dash: 'dash',
  bash: 'bash',
  bpftool: 'bpftool',
  ip: 'iproute2',
  auditd: 'auditd',
  auditctl: 'auditd',
  augenrules: 'auditd',
  ausearch: 'auditd',
  aureport: 'auditd',
  ausyscall: 'auditd',
};

const hostPrograms: Readonly<Record<string, string>> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  busybox: 'busybox-static',
  setpriv: 'util-linux',
  tar: 'tar',
  xz: 'xz-utils',
};

/** Debian packages that the guest needs and this machine lacks. */
function missingPackages(): string[] {
  const missing = Object.entries({ ...hostPrograms, ...guestPrograms })
    .filter(([program]) => findProgram(program) === undefined)
    .map(([, name]) => name);
  if (!existsSync(libbpf)) missing.push('libbpf1');
  return [...new Set(missing)];
}

/**
 * Installs what the guest needs and this machine lacks.
 *
 * @throws GuestError `E_GUEST_TOOLS` if packages are missing and cannot be installed.
 */
export function ensureTools(): void {
  const packages = missingPackages();
  if (packages.length === 0) return;
  const command = ['install', '-qq', '-y', '--no-install-recommends', ...packages];
  if (process.getuid?.() === 0) withoutDaemons(() => install(command));
  const left = missingPackages();
  if (left.length === 0) return;
  throw new GuestError(`look for what the guest needs: ${left.join(', ')} not installed`, {
    code: 'E_GUEST_TOOLS',
    hint: `as root: apt-get ${command.join(' ')}`,
  });
}

function install(command: readonly string[]): void {
  process.stderr.write(`apt-get ${command.join(' ')}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // The lists may be missing altogether, as in a fresh container.
  for (const args of [['update', '-qq'], command]) spawnSync('apt-get', args, { stdio: 'ignore', env });
}

/** auditd comes for its tools: the daemon must not take over the audit of this machine. */
function withoutDaemons(step: () => void): void {
  const policy = '/usr/sbin/policy-rc.d';
  const mine = !existsSync(policy);
  if (mine) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    step();
  } finally {
    if (mine) rmSync(policy);
  }
}
