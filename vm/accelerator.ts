import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Accelerator } from './qemu.ts';

/** What the last probe of KVM found, and since when the machine was running. */
interface Probe {
  readonly bootId: string;
  readonly accelerator: Accelerator;
}

/**
 * KVM if it really boots a guest here, else software emulation.
 *
 * That /dev/kvm can be opened is not enough: inside another virtual machine it may refuse a guest, or start
 * one and lose it. One guest is therefore booted for a probe, once per boot of the machine.
 *
 * @param cacheFile Where the answer is kept.
 * @param bootsWithKvm Boots a guest with KVM; `false` if that fails.
 * @param environment `BPFAUDIT_ACCEL` (`kvm` or `tcg`) decides without a probe.
 */
export async function chooseAccelerator(
  cacheFile: string,
  bootsWithKvm: () => Promise<boolean>,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Accelerator> {
  const wish = environment['BPFAUDIT_ACCEL'];
  if (wish === 'kvm' || wish === 'tcg') return wish;
  if (!isWritable('/dev/kvm')) return 'tcg';
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const cached = readProbe(cacheFile);
  if (cached?.bootId === bootId) return cached.accelerator;
  const probe: Probe = { bootId, accelerator: (await bootsWithKvm()) ? 'kvm' : 'tcg' };
  mkdirSync(dirname(cacheFile), { recursive: true });
  writeFileSync(cacheFile, JSON.stringify(probe));
  return probe.accelerator;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function readProbe(file: string): Probe | undefined {
  try {
    const probe: Probe = JSON.parse(readFileSync(file, 'utf8'));
    return probe;
  } catch {
    return undefined;
  }
}
