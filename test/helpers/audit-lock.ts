import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const LOCK = join(tmpdir(), 'bpfaudit-audit.lock');

/**
 * Holds the machine's audit configuration for one test file: there is one per kernel, and test files run beside
 * each other. A lock whose owner died is taken over.
 */
export async function lockAudit(): Promise<Disposable> {
  for (;;) {
    try {
      mkdirSync(LOCK);
      writeFileSync(join(LOCK, 'pid'), String(process.pid));
      return { [Symbol.dispose]: () => rmSync(LOCK, { recursive: true, force: true }) };
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
      if (ownerIsGone()) rmSync(LOCK, { recursive: true, force: true });
      else await setTimeout(50);
    }
  }
}

function ownerIsGone(): boolean {
  try {
    process.kill(Number(readFileSync(join(LOCK, 'pid'), 'utf8')), 0);
    return false;
  } catch (error) {
    // No pid file yet: the owner is just writing it.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
