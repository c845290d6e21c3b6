import { afterAll } from 'vitest';
import { AuditControl } from '../../src/netlink/audit-control.ts';
import { whyNoHostAudit } from './audit-host.ts';
import { lockAudit } from './audit-lock.ts';

/** This machine's audit, for the tests of one file. */
export interface BorrowedAudit {
  /** Why it cannot be had; undefined if it can. */
  readonly skipped: string | undefined;
  /** For tests that are not skipped. */
  readonly control: AuditControl;
}

/**
 * Borrows this machine's audit until all tests of the file are over: no other file has it meanwhile, and its status
 * is given back as it was.
 *
 * @param whyNoTool - why a tool that the tests need is missing, if one is
 */
export async function borrowAudit(
  whyNoTool: () => string | undefined = () => undefined,
): Promise<BorrowedAudit> {
  // Asked under the lock: another test file may be the audit daemon for a moment.
  const lock = await lockAudit();
  const skipped = (await whyNoHostAudit()) ?? whyNoTool();
  if (skipped !== undefined) {
    lock[Symbol.dispose]();
    return {
      skipped,
      get control(): never {
        throw new Error(skipped);
      },
    };
  }
  const control = AuditControl.open();
  const { enabled, failure, rateLimit, backlogLimit, backlogWaitTime = 15_000 } = await control.status();
  afterAll(async () => {
    await control.setStatus({ enabled, failure, rateLimit, backlogLimit });
    await control.setStatus({ backlogWaitTime });
    control[Symbol.dispose]();
    lock[Symbol.dispose]();
  });
  return { skipped, control };
}
